"""What a browser sends with the RSVP form of an action."""

from campaign import clock
from campaign.web import stamp


def filled_in(action, **fields):
    """The form as somebody fills it in without an address; `fields` go over it, None takes a field out."""
    sent = {"answer": "yes", "name": "", "email": "", "party_size": "1", "website": ""}
    sent["stamp"] = stamp.make(f"action:{action.id}", clock.now())
    return {name: value for name, value in (sent | fields).items() if value is not None}


def with_address(action, email="ada@example.org", **fields):
    return filled_in(action, **{"email": email, "consent": "yes", **fields})


def send(client, action, fields, lang="en", **more):
    return client.post(f"/{lang}/actions/{action.slug}/rsvp", data=fields, **more)
