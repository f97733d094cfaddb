"""What organizers may put between braces in their own words. A text is data and never a template: nothing else is read.

One pass fills them in, so a value that has braces of its own stays what it is.
"""

import re
from collections.abc import Collection, Mapping

from campaign.extensions import _l

WORDS = {
    "name": _l("the person’s name; where somebody gave none, it is left out with its comma"),
    "title": _l("what the action is called"),
    "when": _l("the day, from when to when, and the time zone"),
    "day": _l("the day"),
    "hour": _l("the hour at which it starts"),
    "place": _l("the place and its address"),
    "page": _l("the address of the action’s page"),
    "link": _l("the person’s own link, to change or cancel their answer"),
}
IN_BODY = tuple(WORDS)
IN_SUBJECT = ("day", "hour", "place")  # not the title: it would stand on the lock screen of whoever is beside them
IN_CONFIRMATION = tuple(name for name in WORDS if name != "name")  # anybody may have entered the address, and the name

_BRACES = re.compile(r"\{([^{}\n]*)\}")
_NAME_AT_START = re.compile(r"^\{name\}[ \u00a0\u202f]*[,:;]?[ \u00a0\u202f]*(\w?)", re.MULTILINE)
_NAME = re.compile(r"[ \u00a0\u202f]*,?[ \u00a0\u202f]*\{name\}")


def unknown(text: str, allowed: Collection[str]) -> list[tuple[int, str]]:
    """What stands between braces and isn't allowed there, each with its line: [(3, "{nmae}")]. Lines count from 1."""
    return [
        (number, found[0])
        for number, line in enumerate(text.split("\n"), 1)
        for found in _BRACES.finditer(line)
        if found[1] not in allowed
    ]


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled in. One that has no value stays as it was typed."""
    if not values.get("name", "-"):
        text = _NAME_AT_START.sub(lambda found: found[1].upper(), text)
        text = _NAME.sub("", text)
    return _BRACES.sub(lambda found: values.get(found[1], found[0]), text)
