"""What can be wrong with somebody's calendar, and what to do about it, in words."""

from enum import StrEnum
from typing import Any

from campaign.extensions import _l


class Trouble(StrEnum):
    """Why nothing is taken from it."""

    TOO_LARGE = "too_large"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    TOO_SLOW = "too_slow"
    NO_CALENDAR = "no_calendar"
    CUT_SHORT = "cut_short"
    BROKEN = "broken"
    NO_HTTPS = "no_https"
    NO_ADDRESS = "no_address"
    NOT_FOUND = "not_found"
    NOT_PUBLIC = "not_public"
    NO_ANSWER = "no_answer"
    NO_TRUST = "no_trust"
    TIMEOUT = "timeout"
    REDIRECTS = "redirects"
    STATUS = "status"
    SIGN_IN = "sign_in"
    CODED = "coded"
    OTHER_KIND = "other_kind"
    STOPPED = "stopped"


TROUBLE_WORDS: dict[Trouble, Any] = {  # %(detail)s: a host, a number
    Trouble.TOO_LARGE: _l("It is larger than 1 MB. Export fewer events, such as only those of the coming months."),
    Trouble.TOO_LONG: _l(
        "It has more than 50,000 lines. Export fewer events, such as only those of the coming months."
    ),
    Trouble.TOO_MANY: _l("It has more than 500 events. Export fewer, such as only those of the coming months."),
    Trouble.TOO_SLOW: _l("Its events repeat in ways that take too long to follow. Export single dates instead."),
    Trouble.NO_CALENDAR: _l(
        "That is no calendar. A calendar file ends in .ics and begins with BEGIN:VCALENDAR: in your calendar program, "
        "look for “Export”."
    ),
    Trouble.CUT_SHORT: _l("The calendar breaks off in the middle. Export or download it once more."),
    Trouble.BROKEN: _l("The calendar’s parts don’t fit together: something ends that never began. Export it anew."),
    Trouble.NO_HTTPS: _l(
        "Only addresses that begin with https:// are fetched, at the usual port and without a password."
    ),
    Trouble.NO_ADDRESS: _l("That is no address of a calendar. It looks like https://example.org/calendar.ics."),
    Trouble.NOT_FOUND: _l("There is no host called %(detail)s. Check the address."),
    Trouble.NOT_PUBLIC: _l(
        "%(detail)s isn’t on the public internet, so it isn’t asked. Upload the calendar as a file."
    ),
    Trouble.NO_ANSWER: _l("%(detail)s can’t be reached. Try again later, or upload the calendar as a file."),
    Trouble.NO_TRUST: _l(
        "%(detail)s can’t prove that it is who it says: its certificate isn’t valid. Nothing was fetched."
    ),
    Trouble.TIMEOUT: _l("%(detail)s took longer than five seconds. Try again later, or upload the calendar as a file."),
    Trouble.REDIRECTS: _l("%(detail)s sends us on again and again. Give the address that the calendar has in the end."),
    Trouble.STATUS: _l("There is no calendar at that address: the host answered %(detail)s."),
    Trouble.SIGN_IN: _l("%(detail)s wants a password. Publish the calendar there, or upload it as a file."),
    Trouble.CODED: _l("%(detail)s sent the calendar packed, though we asked it not to. Upload it as a file."),
    Trouble.OTHER_KIND: _l("%(detail)s sent something else than a calendar. Look for an address that ends in .ics."),
    Trouble.STOPPED: _l("Something went wrong on our side while it was fetched. Try again."),
}


class Fault(StrEnum):
    """Why one event isn't taken."""

    UNREADABLE = "unreadable"
    TOO_OFTEN = "too_often"
    TOO_SLOW = "too_slow"
    NO_DATES = "no_dates"
    NO_START = "no_start"
    ENDS_BEFORE = "ends_before"
    TOO_LASTING = "too_lasting"
    OUT_OF_REACH = "out_of_reach"
    NO_TITLE = "no_title"
    PRIVATE = "private"
    CANCELLED = "cancelled"
    TWICE = "twice"
    OURS = "ours"
    PUBLIC = "public"
    OTHER_CAMPAIGN = "other_campaign"
    OTHER_TEAM = "other_team"


FAULT_WORDS: dict[Fault, Any] = {
    Fault.UNREADABLE: _l("Its lines can’t be read."),
    Fault.TOO_OFTEN: _l("It repeats several times a day."),
    Fault.TOO_SLOW: _l("It repeats in a way that takes too long to follow."),
    Fault.NO_DATES: _l("It repeats, but on no day of the coming year."),
    Fault.NO_START: _l("It doesn’t say when it begins."),
    Fault.ENDS_BEFORE: _l("It ends before it begins."),
    Fault.TOO_LASTING: _l("It lasts longer than 60 days."),
    Fault.OUT_OF_REACH: _l("Its date is out of reach: before 1900 or after 2199."),
    Fault.NO_TITLE: _l("It has no title."),
    Fault.PRIVATE: _l("That calendar marks it as private."),
    Fault.CANCELLED: _l("It is cancelled there."),
    Fault.TWICE: _l("It stands in the calendar twice; the first is taken."),
    Fault.OURS: _l("It comes from here, and is here."),
    Fault.PUBLIC: _l("It is public here. If something has changed, move or edit it by hand, so that people are told."),
    Fault.OTHER_CAMPAIGN: _l("It is in another campaign of yours."),
    Fault.OTHER_TEAM: _l("Somebody else has it on this site."),
}


class Note(StrEnum):
    """What had to be guessed, cut or left out."""

    TITLE_CUT = "title_cut"
    TEXT_CUT = "text_cut"
    PLACE_CUT = "place_cut"
    NO_END = "no_end"
    ZONE_UNKNOWN = "zone_unknown"
    HOUR_SKIPPED = "hour_skipped"
    OVER = "over"
    LINK_LEFT = "link_left"
    TENTATIVE = "tentative"


NOTE_WORDS: dict[Note, Any] = {
    Note.TITLE_CUT: _l("The title is cut to 120 characters."),
    Note.TEXT_CUT: _l("The description is too long and is cut."),
    Note.PLACE_CUT: _l("The place is too long and is cut."),
    Note.NO_END: _l("No end is given: an hour is assumed."),
    Note.ZONE_UNKNOWN: _l("Its time zone is unknown: check the hour."),
    Note.HOUR_SKIPPED: _l("The clocks go forward over its hour: it is moved on."),
    Note.OVER: _l("It is over."),
    Note.LINK_LEFT: _l("Its link isn’t https, and is left out."),
    Note.TENTATIVE: _l("It isn’t certain yet there."),
}
