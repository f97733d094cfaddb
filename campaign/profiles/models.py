"""What is kept while somebody changes the address by which they sign in."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from campaign.extensions import Record


class AddressChange(Record):
    """A new address that its mailbox has yet to confirm: at most one an organizer."""

    __tablename__ = "address_changes"

    organizer_id: Mapped[int] = mapped_column(ForeignKey("organizers.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(unique=True)  # of the link's token
    email: Mapped[str] = mapped_column(String(254))
    expires_at: Mapped[datetime]
