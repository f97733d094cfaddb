"""What a worker notes of each letter on the wire, so that whoever takes over from it knows what it was killed over.

One short line for each letter, in memory that is a file's: that outlives the process, though not a power cut. A line is
written over in place and serves the next letter once it is recorded in the database what became of its own; so there
are never more lines than letters on their way, however long a worker goes on.

    D id        the final dot is about to go out; a letter without this mark was not given to the server
    S id        the system has taken the dot, and delivers it though we be killed. A zero is written in one call with
                the dot, where that can be, and then without a D before it; it means the same
    R id code   the server's answer; 0 for an attempt that ended before the dot
    W id        it didn't answer, or is slow to: what it has, it may not take
"""

import ctypes
import errno
import mmap
import os
from collections.abc import Iterable
from enum import StrEnum

from campaign.outbox import at_once

_WIDTH = 32  # octets of a line: its mark, a number of 19 digits, a code
_EMPTY = b" " * (_WIDTH - 1) + b"\n"
_NOTHING = ord(" ")  # for a mark: as good as no line
_STEP = mmap.PAGESIZE // _WIDTH  # lines that it gets at a time


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
        """file: a descriptor, empty. Nobody else may shorten it."""
        self._file = file
        self._at_once = at_once.Writer()
        self._memory: mmap.mmap | bytearray = bytearray()  # the file's, once it has any
        self._first = 0  # where that is
        self._places: dict[int, int] = {}  # by delivery: where its line begins
        self._free: list[int] = []

    @property
    def is_empty(self) -> bool:
        """Nothing in it that isn't recorded where it belongs."""
        return not self._places

    def note(self, mark: Mark, delivery_id: int, code: int = 0) -> None:
        """Raises OSError if there is no room on the disk for one more line."""
        self._write(ord(mark), delivery_id, code)

    def hand_over(self, delivery_id: int, socket: int, message: bytes) -> tuple[int, bool]:
        """Give the end of a message to the system, and note HANDED_OVER, so that no kill can come between.

        Returns how many octets it has taken, and whether that is noted. None of them: it isn't possible here, or nobody
        listens; fewer than all: what is noted is too much, and wants to be noted anew.
        """
        place = self._write(_NOTHING, delivery_id)
        return self._at_once.write(socket, message, self._first + place) or (0, False)

    def settle(self, delivery_ids: Iterable[int]) -> None:
        """What became of these is recorded where it belongs: their lines are free, and say nothing from now on.

        Of two lines about one letter nobody could tell which was the later.
        """
        for each in delivery_ids:
            place = self._places.pop(each, None)
            if place is not None:
                self._memory[place] = _NOTHING
                self._free.append(place)

    def _write(self, mark: int, delivery_id: int, code: int = 0) -> int:
        """Into the line that it has, or a free one. The mark comes last: killed before, the old one stands.

        Returns where the line begins.
        """
        place = self._places.get(delivery_id)
        if place is None:
            if not self._free:
                self._grow()
            place = self._places[delivery_id] = self._free.pop()
        self._memory[place + 1 : place + _WIDTH] = f" {delivery_id} {code}".encode().ljust(_WIDTH - 2) + b"\n"
        self._memory[place] = mark
        return place

    def _grow(self) -> None:
        """Written out, so that the disk has the room: memory of a file that finds none can't say so, but kills."""
        size = os.fstat(self._file).st_size
        lines = _EMPTY * _STEP
        if os.pwrite(self._file, lines, size) != len(lines):
            os.ftruncate(self._file, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self._memory = mmap.mmap(self._file, size + len(lines))
        self._first = ctypes.addressof(ctypes.c_char.from_buffer(self._memory))
        self._free = list(reversed(range(size, size + len(lines), _WIDTH)))


def read(text: str) -> Marks:
    """A dead worker's journal. A line that was cut off is as good as none."""
    marks: Marks = {}
    for line in text.replace("\0", Mark.HANDED_OVER).split("\n")[:-1]:
        parts = line.split()
        if len(parts) == 3 and parts[0] in set(Mark) and all(part.isdecimal() for part in parts[1:]):
            mark, delivery_id = Mark(parts[0]), int(parts[1])
            if mark is Mark.SILENCE and marks.get(delivery_id, (mark, 0))[0] is Mark.ANSWERED:
                continue  # it answered while we were noting that it doesn't
            marks[delivery_id] = mark, int(parts[2])
    return marks
