"""A feed's bytes, cut at the borders of its events: after a change, all but what changed is copied in long pieces.

Reading ten thousand texts one by one takes ten times as long as finding out which few of them are new. So what is known
of ten thousand events is lists of numbers and texts, never ten thousand objects: each poll after a change reads it all.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

Key = str  # an action's version and UID, with a space between: as `listing.keys` reads them
Need = tuple[str, int]  # the zone whose VTIMEZONE an event needs, and from which year on; no zone if it needs none
Buffer = bytes | memoryview

NUMBERS = "I"  # the array's type: four octets each


def key(uid: str, version: int) -> Key:
    return f"{version} {uid}"


def uid_and_version(key: Key) -> tuple[str, int]:
    version, _, uid = key.partition(" ")
    return uid, int(version)


def digest(text: Buffer) -> bytes:
    """Sixteen octets."""
    return sha256(text).digest()[:16]


@dataclass(frozen=True)
class Cut:
    """Where each event lies: they stand one after the other from `start` on, `lengths` octets each.

    kinds:   of needs; there may be some that no event has any more.
    numbers: which of them each event has.
    digests: of each event, sixteen octets.
    """

    keys: list[Key]
    kinds: list[Need]
    numbers: "array[int]"
    lengths: "array[int]"
    digests: bytes
    start: int = 0

    @property
    def needs(self) -> set[Need]:
        """Of all events together."""
        return {self.kinds[number] for number in set(self.numbers)}

    def columns(self) -> tuple[str, str, bytes, bytes, bytes, int]:
        """As it is stored."""
        kinds = "\n".join(f"{year} {zone}" for zone, year in self.kinds)
        return (
            *("\n".join(self.keys), kinds, self.numbers.tobytes(), self.lengths.tobytes(), self.digests),
            self.start,
        )

    @classmethod
    def of_columns(cls, keys: str, kinds: str, numbers: bytes, lengths: bytes, digests: bytes, start: int) -> "Cut":
        known = [(zone, int(year)) for year, _, zone in (kind.partition(" ") for kind in kinds.split("\n"))]
        return cls(keys.split("\n"), known, array(NUMBERS, numbers), array(NUMBERS, lengths), digests, start)


@dataclass(frozen=True)
class Pieces:
    """The events of a feed, in order; several that stood together before may be one piece."""

    texts: Sequence[Buffer]
    cut: Cut

    def cut_from(self, start: int) -> Cut:
        """start: where the first lies in the bytes that were made of them."""
        return replace(self.cut, start=start)


def whole(keys: Sequence[Key], events: Iterable[tuple[Need, bytes]]) -> Pieces:
    """Each event a piece of its own."""
    making = _Making([])
    for its_key, event in zip(keys, events, strict=True):
        making.add(its_key, *event)
    return making.done()


class Run(NamedTuple):
    """Events that follow each other in what a feed needs as they did before.

    number: of them. at: of the first, in what is needed. place: where it was before; none: it wasn't, and stands alone.
    """

    at: int
    place: int | None
    number: int


def runs(keys: Sequence[Key], cut: Cut) -> list[Run]:
    """What of a feed can be copied, and in how long pieces."""
    before, longer = cut.keys, len(cut.keys) - len(keys)
    at = front = _in_common(keys, 0, before, 0)
    back = min(_in_common(keys[::-1], 0, before[::-1], 0), len(keys) - front, len(before) - front)
    places = {key: place for place, key in enumerate(before[front : len(before) - back], front)}
    found = [Run(0, 0, front)] if front else []
    while at < len(keys) - back:
        place = places.get(keys[at])
        count = 1 if place is None else _in_common(keys, at, before, place)
        found.append(Run(at, place, count))
        at += count
    return [*found, Run(at, at + longer, len(keys) - at)] if at < len(keys) else found


def patched(
    keys: Sequence[Key], cut: Cut, before: bytes, copied: Sequence[Run], new: Mapping[Key, tuple[Need, bytes]]
) -> Pieces:
    """A feed of what it had before, and of what is new. A key that is in neither is left out.

    copied: `runs` of these keys.
    """
    borders, old = list(accumulate(cut.lengths, initial=cut.start)), memoryview(before)
    making = _Making(cut.kinds)
    for at, place, count in copied:
        if place is not None:
            making.copy(cut, place, count, old[borders[place] : borders[place + count]])
        elif keys[at] in new:
            making.add(keys[at], *new[keys[at]])
    return making.done()


class _Making:
    """Pieces, as they are put one after the other."""

    def __init__(self, kinds: Iterable[Need]) -> None:
        self._texts: list[Buffer] = []
        self._keys: list[Key] = []
        self._kinds = {need: number for number, need in enumerate(kinds)}
        self._numbers, self._lengths = array(NUMBERS), array(NUMBERS)
        self._digests = bytearray()

    def add(self, key: Key, need: Need, text: bytes) -> None:
        self._texts.append(text)
        self._keys.append(key)
        self._numbers.append(self._kinds.setdefault(need, len(self._kinds)))
        self._lengths.append(len(text))
        self._digests += digest(text)

    def copy(self, cut: Cut, place: int, count: int, text: memoryview) -> None:
        """So many events from a place of `cut` on, whose kinds are those that this began with."""
        some = slice(place, place + count)
        self._texts.append(text)
        self._keys += cut.keys[some]
        self._numbers += cut.numbers[some]
        self._lengths += cut.lengths[some]
        self._digests += cut.digests[some.start * 16 : some.stop * 16]

    def done(self) -> Pieces:
        cut = Cut(self._keys, list(self._kinds), self._numbers, self._lengths, bytes(self._digests))
        return Pieces(self._texts, cut)


def _in_common(mine: Sequence[Key], at: int, theirs: Sequence[Key], place: int) -> int:
    """How many are the same from there on. In strides that grow and then shrink: comparing slices is quick."""
    most = min(len(mine) - at, len(theirs) - place)
    count, stride = 0, 1
    while count + stride <= most and _same(mine, at + count, theirs, place + count, stride):
        count += stride
        stride *= 2
    while stride:
        if count + stride <= most and _same(mine, at + count, theirs, place + count, stride):
            count += stride
        stride //= 2
    return count


def _same(mine: Sequence[Key], at: int, theirs: Sequence[Key], place: int, count: int) -> bool:
    return mine[at : at + count] == theirs[place : place + count]
