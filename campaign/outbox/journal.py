"""What a worker notes of each letter on the wire, so that whoever takes over from it knows what it was killed over.

One short line at a time, handed to the operating system at once: that outlives the process, though not a power cut.

    D id        the final dot is about to go out; a letter without this mark was not given to the server
    S id        the system has taken the dot, and delivers it though we be killed
    R id code   the server's answer; 0 for an attempt that ended before the dot
    W id        it didn't answer, or is slow to: what it has, it may not take
"""

import os
from enum import StrEnum


class Mark(StrEnum):
    """How far a letter had come."""

    DOT = "D"
    HANDED_OVER = "S"
    ANSWERED = "R"
    SILENCE = "W"


Marks = dict[int, tuple[Mark, int]]  # by delivery: the last mark and its code


class Journal:
    """A file to append to. May be written by several threads."""

    def __init__(self, file: int) -> None:
        """file: a descriptor, opened to append."""
        self._file = file

    def note(self, mark: Mark, delivery_id: int, code: int = 0) -> None:
        os.write(self._file, f"{mark} {delivery_id} {code}\n".encode())

    def clear(self) -> None:
        """Everything in it is recorded where it belongs."""
        if os.fstat(self._file).st_size:
            os.ftruncate(self._file, 0)


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
