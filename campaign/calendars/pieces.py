"""A feed's bytes, cut at the borders of its events: after a change, all but what changed is copied in long pieces.

Reading ten thousand texts one by one takes ten times as long as finding out which few of them are new.
"""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

Key = tuple[str, int]  # an action's UID and version
Need = tuple[str, int]  # the zone whose VTIMEZONE an event needs, and from which year on; no zone if it needs none
Buffer = bytes | memoryview


@dataclass(frozen=True)
class Cut:
    """Where each event lies: they stand one after the other from `start` on, `lengths` octets each."""

    keys: Sequence[Key]
    needs: Sequence[Need]
    lengths: Sequence[int]
    start: int

    def columns(self) -> tuple[str, bytes, bytes, str, bytes, int]:
        """As it is stored."""
        kinds = sorted(set(self.needs))
        number = {need: at for at, need in enumerate(kinds)}
        return (
            "\n".join(uid for uid, _ in self.keys),
            array("q", [version for _, version in self.keys]).tobytes(),
            array("I", self.lengths).tobytes(),
            "\n".join(f"{year} {zone}" for zone, year in kinds),
            array("H", [number[need] for need in self.needs]).tobytes(),
            self.start,
        )

    @classmethod
    def of_columns(cls, uids: str, versions: bytes, lengths: bytes, kinds: str, needs: bytes, start: int) -> "Cut":
        known = [(zone, int(year)) for year, _, zone in (kind.partition(" ") for kind in kinds.split("\n"))]
        return cls(
            list(zip(uids.split("\n"), array("q", versions), strict=True)),
            [known[number] for number in array("H", needs)],
            array("I", lengths),
            start,
        )


@dataclass(frozen=True)
class Pieces:
    """The events of a feed, in order; several that stood together before may be one piece."""

    texts: Sequence[Buffer]
    keys: Sequence[Key]
    needs: Sequence[Need]
    lengths: Sequence[int]

    def cut(self, start: int) -> Cut:
        """start: where the first lies in the bytes that were made of them."""
        return Cut(self.keys, self.needs, self.lengths, start)


def whole(keys: Sequence[Key], events: Iterable[tuple[Need, bytes]]) -> Pieces:
    """Each event a piece of its own."""
    needs, texts = zip(*events, strict=True) if keys else ((), ())
    return Pieces(texts, keys, needs, array("I", map(len, texts)))


class Run(NamedTuple):
    """Events that follow each other in what a feed needs as they did before.

    number: of them. at: of the first, in what is needed. place: where it was before; none: it wasn't, and stands alone.
    """

    at: int
    place: int | None
    number: int


def runs(keys: Sequence[Key], cut: Cut) -> list[Run]:
    """What of a feed can be copied, and in how long pieces."""
    places = {key: place for place, key in enumerate(cut.keys)}
    found: list[Run] = []
    at = 0
    while at < len(keys):
        place = places.get(keys[at])
        count = 1 if place is None else _in_common(keys, at, cut.keys, place)
        found.append(Run(at, place, count))
        at += count
    return found


def patched(
    keys: Sequence[Key], cut: Cut, before: bytes, copied: Sequence[Run], new: Mapping[Key, tuple[Need, bytes]]
) -> Pieces:
    """A feed of what it had before, and of what is new. A key that is in neither is left out.

    copied: `runs` of these keys.
    """
    borders, old = list(accumulate(cut.lengths, initial=cut.start)), memoryview(before)
    texts: list[Buffer] = []
    kept: list[Key] = []
    needs: list[Need] = []
    lengths = array("I")
    for at, place, count in copied:
        if place is not None:
            texts.append(old[borders[place] : borders[place + count]])
            kept += keys[at : at + count]
            needs += cut.needs[place : place + count]
            lengths.extend(cut.lengths[place : place + count])
        elif keys[at] in new:
            need, text = new[keys[at]]
            texts.append(text)
            kept.append(keys[at])
            needs.append(need)
            lengths.append(len(text))
    return Pieces(texts, kept, needs, lengths)


def _in_common(mine: Sequence[Key], at: int, theirs: Sequence[Key], place: int) -> int:
    """How many are the same from there on. In strides that grow and then shrink: comparing slices is quick."""
    most = min(len(mine) - at, len(theirs) - place)
    count, stride = 1, 1
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
