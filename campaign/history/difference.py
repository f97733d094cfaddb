"""What has changed between two texts, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

WORDS = re.compile(r"\w+|\s|[^\w\s]")
MOST = 3000  # words on either side that are compared; longer passages are shown as replaced whole
LONGEST_SAME = 400  # characters of unchanged text that are shown; of longer ones the ends
SHOWN_ENDS = 150

Kind = Literal["same", "gone", "new", "cut"]


@dataclass(frozen=True)
class Piece:
    """A stretch of text. "gone": only before. "new": only after. "cut": unchanged, and too long to show."""

    kind: Kind
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """All of both texts: "same" and "gone" make up `before`, "same" and "new" make up `after`.

    Lines first, then words in the lines that differ, so that a long text takes milliseconds.
    """
    return _joined(_compared(before.splitlines(keepends=True), after.splitlines(keepends=True), by_word=True))


def shortened(every: Sequence[Piece]) -> list[Piece]:
    """For a page: long unchanged stretches lose their middle."""
    return [short for piece in every for short in _cut(piece)]


def _compared(before: Sequence[str], after: Sequence[str], *, by_word: bool) -> Iterator[Piece]:
    """What both begin and end with is set aside first: most changes are one, and common words hardly guide the rest."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    yield Piece("same", "".join(before[:head]))
    yield from _matched(before[head : len(before) - tail], after[head : len(after) - tail], by_word=by_word)
    yield Piece("same", "".join(before[len(before) - tail :]))


def _matched(before: Sequence[str], after: Sequence[str], *, by_word: bool) -> Iterator[Piece]:
    for what, a, b, c, d in SequenceMatcher(None, before, after).get_opcodes():
        gone, new = "".join(before[a:b]), "".join(after[c:d])
        if what == "equal":
            yield Piece("same", gone)
            continue
        words = WORDS.findall(gone), WORDS.findall(new)
        if by_word and gone and new and max(map(len, words)) <= MOST:
            yield from _compared(*words, by_word=False)
        else:
            yield from (Piece("gone", gone), Piece("new", new))


def _joined(every: Iterator[Piece]) -> list[Piece]:
    """What is gone before what is new, each in one piece; a single blank between two such changes is part of both."""
    made: list[Piece] = []
    same, gone, new, bridge = "", "", "", ""
    for piece in [*every, Piece("cut", "")]:  # a last one, so that all before it is put down
        if piece.kind == "gone":
            gone, new, bridge = gone + bridge + piece.text, new + bridge, ""
        elif piece.kind == "new":
            gone, new, bridge = gone + bridge, new + bridge + piece.text, ""
        elif piece.text == " " and gone and new and not bridge:
            bridge = " "
        elif piece.text or piece.kind == "cut":
            made += [Piece("same", same), Piece("gone", gone), Piece("new", new)] if gone or new else []
            same = bridge + piece.text if gone or new else same + bridge + piece.text
            gone, new, bridge = "", "", ""
    return [piece for piece in [*made, Piece("same", same)] if piece.text]


def _cut(piece: Piece) -> Iterator[Piece]:
    if piece.kind != "same" or len(piece.text) <= LONGEST_SAME:
        yield piece
        return
    head, middle = piece.text[:SHOWN_ENDS], piece.text[SHOWN_ENDS:-SHOWN_ENDS]
    yield Piece("same", head)
    yield Piece("cut", middle)
    yield Piece("same", piece.text[-SHOWN_ENDS:])
