"""What a worker notes of each letter on the wire, so that whoever takes over from it knows what it was killed over.

One short line for each letter, handed to the operating system at once: that outlives the process, though not a power
cut. A line is written over in place, in one go, and serves the next letter once it is recorded in the database what
became of its own; so there are never more lines than letters on their way, however long a worker goes on.

    D id        the final dot is about to go out; a letter without this mark was not given to the server
    S id        the system has taken the dot, and delivers it though we be killed; in one call with the dot, where that
                can be, and then without a D before it
    R id code   the server's answer; 0 for an attempt that ended before the dot
    W id        it didn't answer, or is slow to: what it has, it may not take
"""

import fcntl
import os
from collections.abc import Iterable
from contextlib import suppress
from enum import StrEnum

from campaign.outbox import at_once

_WIDTH = 32  # octets of a line: its mark, a number of 19 digits, a code
_EMPTY = b" " * (_WIDTH - 1) + b"\n"


class Mark(StrEnum):
    """How far a letter had come."""

    DOT = "D"
    HANDED_OVER = "S"
    ANSWERED = "R"
    SILENCE = "W"


Marks = dict[int, tuple[Mark, int]]  # by delivery: the last mark and its code


class Journal:
    """A file of a worker's own. For one thread at a time."""

    def __init__(self, file: int) -> None:
        """file: a descriptor, empty."""
        self._file = file
        fcntl.fcntl(
            file, fcntl.F_SETFL, fcntl.fcntl(file, fcntl.F_GETFL) & ~os.O_APPEND
        )  # or all is written at its end
        self._at_once = at_once.Writer()
        self._places: dict[int, int] = {}  # by delivery: which line is its
        self._free: list[int] = []
        self._lines = 0

    def note(self, mark: Mark, delivery_id: int, code: int = 0) -> None:
        place = self._place(delivery_id)
        os.pwrite(self._file, _line(mark, delivery_id, code), place * _WIDTH)
        self._keep(delivery_id, place)

    def hand_over(self, delivery_id: int, socket: int, message: bytes) -> tuple[int, bool]:
        """Give the end of a message to the system, and note HANDED_OVER, so that no kill can come between.

        Returns how many octets it has taken, and whether that is noted. None of them: it isn't possible here, or nobody
        listens; fewer than all: what is noted is too much, and wants to be noted anew.
        """
        place = self._place(delivery_id)
        line = _line(Mark.HANDED_OVER, delivery_id, 0)
        done = self._at_once.write(socket, message, self._file, line, place * _WIDTH)
        if done is None:
            return 0, False
        if done[1]:
            self._keep(delivery_id, place)
        return done

    def _place(self, delivery_id: int) -> int:
        """Of its line: the one that it has, or a free one, or a new one."""
        place = self._places.get(delivery_id)
        if place is not None:
            return place
        return self._free[-1] if self._free else self._lines

    def _keep(self, delivery_id: int, place: int) -> None:
        if delivery_id not in self._places:
            self._places[delivery_id] = place
            if self._free:
                self._free.pop()
            else:
                self._lines += 1

    def settle(self, delivery_ids: Iterable[int]) -> None:
        """What became of these is recorded where it belongs: their lines are free, and empty at once.

        Of two lines about one letter nobody could tell which was the later; so one that can't be emptied stays its.
        """
        done = [each for each in delivery_ids if each in self._places]
        with suppress(OSError):
            if len(done) == len(self._places):
                os.pwrite(self._file, _EMPTY * self._lines, 0)
            else:
                for each in done:
                    os.pwrite(self._file, _EMPTY, self._places[each] * _WIDTH)
            self._free += [self._places.pop(each) for each in done]

    def clear(self) -> None:
        """Everything in it is recorded where it belongs."""
        self._places, self._free, self._lines = {}, [], 0
        if os.fstat(self._file).st_size:
            os.ftruncate(self._file, 0)


def _line(mark: Mark, delivery_id: int, code: int) -> bytes:
    return (f"{mark} {delivery_id} {code}".ljust(_WIDTH - 1) + "\n").encode()


def read(text: str) -> Marks:
    """A dead worker's journal. A line that was cut off is as good as none."""
    marks: Marks = {}
    for line in text.split("\n")[:-1]:
        parts = line.split()
        if len(parts) == 3 and parts[0] in set(Mark) and all(part.isdecimal() for part in parts[1:]):
            mark, delivery_id = Mark(parts[0]), int(parts[1])
            if mark is Mark.SILENCE and marks.get(delivery_id, (mark, 0))[0] is Mark.ANSWERED:
                continue  # it answered while we were noting that it doesn't
            marks[delivery_id] = mark, int(parts[2])
    return marks
