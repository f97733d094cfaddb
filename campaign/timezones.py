"""Wall time <-> instant, and times as people say them.

What the zones do comes from the `tzdata` package, never from the machine: the lock pins it, so two machines (or a
machine before and after an update of its system) give the same hours and feeds of the same bytes, and a rule that
changes arrives with a commit. Importing this module turns the whole process over to it, libraries included.

A wall time is a naive datetime. One that a zone has twice (clocks go back) is the first unless its `fold` is 1; one
that a zone doesn't have (clocks go forward) is refused. What is said follows the product's own patterns, the same in
page, mail and feed; names of days, months, countries and cities are CLDR's (by Babel).
"""

import unicodedata
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

from babel import Locale

zoneinfo.reset_tzpath(())
ZoneInfo.clear_cache()

KNOWN = frozenset(zoneinfo.available_timezones() - {"Factory"})  # "Factory" is a machine whose zone nobody has set

DAY = {
    "en": "{weekday} {day} {month} {year}",
    "fr": "{weekday} {day} {month} {year}",
    "es": "{weekday} {day} de {month} de {year}",
}
DATE = {"en": "{day} {month} {year}", "fr": "{day} {month} {year}", "es": "{day} de {month} de {year}"}
DAY_AND_MONTH = {"en": "{day} {month}", "fr": "{day} {month}", "es": "{day} de {month}"}
SHORT_DAY = "{weekday} {day} {month}"
MONTH = {"en": "{month} {year}", "fr": "{month} {year}", "es": "{month} de {year}"}
FIRST = {"en": "1", "fr": "1er", "es": "1"}
UNTIL_HOUR = {"en": "{start} to {end}", "fr": "{start} à {end}", "es": "{start} a {end}"}
UNTIL_DAY = {"en": "{start} to {end}", "fr": "{start} au {end}", "es": "{start} al {end}"}
ZONE = {"en": "{city} time", "fr": "heure {of_city}", "es": "hora de {city}"}
THEN = {"en": "{start}, then {end}", "fr": "{start}, puis {end}", "es": "{start}, después {end}"}

# How Canadian French shortens the zones of North America; elsewhere those letters mean other hours.
FRENCH = {
    ("NST", -3.5): "HNT", ("NDT", -2.5): "HAT",
    ("AST", -4): "HNA", ("ADT", -3): "HAA",
    ("EST", -5): "HNE", ("EDT", -4): "HAE",
    ("CST", -6): "HNC", ("CDT", -5): "HAC",
    ("MST", -7): "HNR", ("MDT", -6): "HAR",
    ("PST", -8): "HNP", ("PDT", -7): "HAP",
}  # fmt: skip
FRENCH_ARTICLES = {"les ": "des ", "le ": "du ", "îles ": "des îles ", "île ": "de l’île "}


class UnknownZone(ValueError):
    """Not a name of the IANA time zone database."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"{zone[:64]!r} is not a time zone of the IANA database, such as 'America/Toronto'")
        self.zone = zone


class MissingHour(ValueError):
    """The clocks of the zone jump over this wall time.

    later: the wall time as far on as the clocks jump: what somebody's watch would have shown. It exists.
    """

    def __init__(self, wall: datetime, zone: str, later: datetime) -> None:
        super().__init__(
            f"there is no {hour_in_words(wall.time(), 'en')} on {day_in_words(wall, 'en')} in {zone}: the clocks go "
            f"forward over it, to what would be {in_words(later, 'en')}"
        )
        self.wall = wall
        self.zone = zone
        self.later = later


class OutOfReach(ValueError):
    """A wall time at the edge of the calendar (year 1 or 9999), whose instant lies beyond it."""


def known(zone: str) -> bool:
    return zone in KNOWN


def instant(wall: datetime, zone: str) -> datetime:
    """The instant, in UTC, at which clocks in `zone` show `wall`; of two the first, or the second if its fold is 1.

    Raises UnknownZone, MissingHour, OutOfReach.
    """
    if is_missing(wall, zone):
        raise MissingHour(wall, zone, later=wall + _shift(wall, zone))
    return _utc(wall, zone)


def instant_or_later(wall: datetime, zone: str) -> datetime:
    """The same, but a wall time that the clocks jump over is as far on as they jump. Raises UnknownZone, OutOfReach."""
    return _utc(wall + _shift(wall, zone) if is_missing(wall, zone) else wall, zone)


def wall(instant: datetime, zone: str) -> datetime:
    """What clocks in `zone` show at `instant`: naive, with fold 1 the second time round."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a zone")
    try:
        return instant.astimezone(_zone(zone)).replace(tzinfo=None)
    except OverflowError:
        raise OutOfReach(f"{instant} has no wall time in {zone}") from None


def is_missing(wall: datetime, zone: str) -> bool:
    """Whether the clocks of the zone jump over this wall time."""
    return _shift(wall, zone) > timedelta()


def is_doubled(wall: datetime, zone: str) -> bool:
    """Whether clocks in the zone show this wall time twice."""
    return _shift(wall, zone) < timedelta()


def choices(lang: str, keep: str = "") -> dict[str, list[tuple[str, str]]]:
    """Zones for a <select>: under each country (in `lang`) its zones as (IANA name, city), then UTC.

    keep: a zone that must be among them, because it is chosen already; older names still are valid.
    """
    names = Locale.parse(lang).territories
    countries: dict[str, list[tuple[str, str]]] = {}
    for code, zone in _places():
        countries.setdefault(names.get(code, code), []).append((zone, _city(zone, lang)))
    offered = {country: sorted(countries[country], key=_by_city) for country in sorted(countries, key=_plain)}
    listed = {zone for zones in offered.values() for zone, _ in zones}
    others = ["UTC"] + ([keep] if known(keep) and keep not in listed | {"UTC"} else [])
    return offered | {"UTC": [(zone, zone) for zone in others]}


def weekday_name(day: date, lang: str, short: bool = False) -> str:
    """ "Wednesday", "mercredi"; short: "Wed", "mer."."""
    return str(Locale.parse(lang).days["format"]["abbreviated" if short else "wide"][day.weekday()])


def month_name(day: date, lang: str, short: bool = False) -> str:
    """ "May", "mai"; short: "Jan", "janv."."""
    return str(Locale.parse(lang).months["format"]["abbreviated" if short else "wide"][day.month])


def month_in_words(day: date, lang: str) -> str:
    """ "May 2023", "mai 2023", "mayo de 2023"."""
    return MONTH[lang].format(month=month_name(day, lang), year=day.year)


def day_in_words(day: date, lang: str) -> str:
    """ "Wednesday 31 May 2023", "jeudi 1er juin 2023", "miércoles 31 de mayo de 2023"."""
    return DAY[lang].format(
        weekday=weekday_name(day, lang), day=day_number(day, lang), month=month_name(day, lang), year=day.year
    )


def date_in_words(day: date, lang: str) -> str:
    """ "31 May 2023", "1er juin 2023", "31 de mayo de 2023": of what was written, where the weekday says nothing."""
    return DATE[lang].format(day=day_number(day, lang), month=month_name(day, lang), year=day.year)


def day_and_month(day: date, lang: str) -> str:
    """ "31 May", "1er juin", "31 de mayo": where the year is plain."""
    return DAY_AND_MONTH[lang].format(day=day_number(day, lang), month=month_name(day, lang))


def short_day(day: date, lang: str) -> str:
    """ "Sun 28 May", "dim. 28 mai", "dom 28 may"."""
    return SHORT_DAY.format(
        weekday=weekday_name(day, lang, short=True), day=day_number(day, lang), month=month_name(day, lang, short=True)
    )


def day_number(day: date, lang: str) -> str:
    """ "31"; the first is "1er" in French."""
    return FIRST[lang] if day.day == 1 else str(day.day)


def hour_in_words(hour: time, lang: str) -> str:
    """ "7:00 am", "7 h", "7 h 30", "7:00", to the minute."""
    if lang == "en":
        return f"{hour.hour % 12 or 12}:{hour.minute:02} {'am' if hour.hour < 12 else 'pm'}"
    if lang == "fr":
        return f"{hour.hour} h {hour.minute:02}" if hour.minute else f"{hour.hour} h"
    return f"{hour.hour}:{hour.minute:02}"


def in_words(wall: datetime, lang: str) -> str:
    """ "Wednesday 31 May 2023, 7:00 am", "mercredi 31 mai 2023, 7 h", "miércoles 31 de mayo de 2023, 7:00"."""
    return f"{day_in_words(wall, lang)}, {hour_in_words(wall.time(), lang)}"


def span_in_words(start: datetime, end: datetime, lang: str) -> str:
    """ "Wednesday 31 May 2023, 7:00 am to 9:30 am". Past midnight the second day is named too.

    It begins with what `in_words` says of the start.
    """
    if start.date() == end.date():
        return UNTIL_HOUR[lang].format(start=in_words(start, lang), end=hour_in_words(end.time(), lang))
    return UNTIL_DAY[lang].format(start=in_words(start, lang), end=in_words(end, lang))


def zone_in_words(start: datetime, zone: str, lang: str, city: str = "", end: datetime | None = None) -> str:
    """The zone behind a time: "Ottawa time (EDT)", "heure d’Ottawa (HAE)", "hora de Ottawa (EDT)".

    start: the instant that is spoken of, since summer and winter differ.
    city:  the place that people think in; without one, the city that names the zone.
    end:   if the clocks change in between, both are given: "Ottawa time (EDT, then EST)".
    """
    letters = _letters(start, zone, lang)
    if end is not None and _letters(end, zone, lang) != letters:
        letters = THEN[lang].format(start=letters, end=_letters(end, zone, lang))
    if not city and (zone.startswith("Etc/") or "/" not in zone):
        return letters
    city = city or _city(zone, lang)
    return f"{ZONE[lang].format(city=city, of_city=_french_of(city))} ({letters})"


def fully_in_words(start: datetime, zone: str, lang: str, city: str = "", end: datetime | None = None) -> str:
    """Of instants, nothing left open: "Wednesday 31 May 2023, 7:00 am to 9:30 am, Ottawa time (EDT)"."""
    local = wall(start, zone)
    when = in_words(local, lang) if end is None else span_in_words(local, wall(end, zone), lang)
    return f"{when}, {zone_in_words(start, zone, lang, city, end)}"


def for_machines(instant: datetime, zone: str) -> str:
    """For <time datetime>: "2023-05-31T07:00-04:00"."""
    return instant.astimezone(_zone(zone)).isoformat(timespec="minutes")


def _zone(zone: str) -> ZoneInfo:
    if not known(zone):
        raise UnknownZone(zone)
    return ZoneInfo(zone)


def _utc(wall: datetime, zone: str) -> datetime:
    try:
        return wall.replace(tzinfo=_zone(zone)).astimezone(UTC)
    except OverflowError:
        raise OutOfReach(f"{wall} in {zone} lies beyond the calendar") from None


def _shift(wall: datetime, zone: str) -> timedelta:
    """By how much the clocks jump over `wall` (more than zero) or repeat it (less)."""
    if wall.tzinfo is not None:
        raise ValueError("a wall time has no zone of its own")
    return _utc(wall.replace(fold=0), zone) - _utc(wall.replace(fold=1), zone)


def _letters(at: datetime, zone: str, lang: str) -> str:
    """ "EDT", in French "HAE"; "UTC−3" where the zone has no letters."""
    local = at.astimezone(_zone(zone))
    offset = local.utcoffset() or timedelta()
    letters = local.tzname() or ""
    if lang == "fr":
        letters = FRENCH.get((letters, offset / timedelta(hours=1)), letters)
    if letters.isalpha():
        return letters
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"UTC{'−' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"


def _city(zone: str, lang: str) -> str:
    named = Locale.parse(lang).time_zones.get(zone, {}).get("city")
    return str(named or zone.rpartition("/")[2].replace("_", " "))


def _french_of(city: str) -> str:
    for article, of in FRENCH_ARTICLES.items():
        if city.lower().startswith(article):
            return of + city[len(article) :]
    return f"d’{city}" if _plain(city)[:1] in set("aeiou") else f"de {city}"


def _plain(text: str) -> str:
    """Without accents and capitals, for sorting."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _by_city(choice: tuple[str, str]) -> str:
    return _plain(choice[1])


@cache
def _places() -> list[tuple[str, str]]:
    """(country code, zone): one zone for every place whose clocks have differed since 1970, and every country."""
    table = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return [(row[0], row[2]) for row in rows]
