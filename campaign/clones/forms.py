"""When the new one is: all that is asked."""

from typing import Any

from campaign.actions.forms import TimedForm
from campaign.actions.models import Action


class CloneForm(TimedForm):
    """Hours and zone are proposed as they were; the day is asked."""

    def __init__(self, formdata: Any, action: Action, *, language: str) -> None:
        super().__init__(formdata, data={"zone": action.zone, "all_day": action.all_day}, language=language)
        del self.venue, self.address
        if formdata is None and not action.all_day:
            for field, local in ((self.starts, action.starts_local), (self.ends, action.ends_local)):
                field.hour = local.time()
                field.typed["time"] = f"{local:%H:%M}"
