"""Two writes in one system call: a message's end to its socket, and a line to the journal that says so.

A process that is killed dies on its way out of a system call, never within one. Between two calls it can die at any
time, and most of all just after the first: whoever was woken by what it sent has the processor then. So what decides
over a letter is done in one: by `io_submit`, Linux's oldest way to give several orders at once, which carries out
writes to sockets and files one after the other before it returns. Elsewhere, and where it is forbidden, it isn't to be
had, nor under TLS, which only its library can write; there the two are done as two.
"""

import ctypes
import platform
import sys

_NUMBERS = {"x86_64": (206, 208, 209), "aarch64": (0, 4, 2)}  # of io_setup, io_getevents, io_submit
_WRITE = 1  # IOCB_CMD_PWRITE


class _Order(ctypes.Structure):
    """`struct iocb` of linux/aio_abi.h, as processors have it that put the low octet first."""

    _fields_ = (
        ("data", ctypes.c_uint64),
        ("key", ctypes.c_uint32),
        ("flags_of_file", ctypes.c_uint32),
        ("command", ctypes.c_uint16),
        ("priority", ctypes.c_int16),
        ("file", ctypes.c_uint32),
        ("octets", ctypes.c_uint64),
        ("length", ctypes.c_uint64),
        ("offset", ctypes.c_int64),
        ("reserved", ctypes.c_uint64),
        ("flags", ctypes.c_uint32),
        ("event_file", ctypes.c_uint32),
    )


class _Done(ctypes.Structure):
    """`struct io_event`."""

    _fields_ = (
        ("data", ctypes.c_uint64),
        ("order", ctypes.c_uint64),
        ("result", ctypes.c_int64),
        ("result_too", ctypes.c_int64),
    )


class Writer:
    """For one thread at a time."""

    def __init__(self) -> None:
        self._call = ctypes.CDLL(None).syscall
        self._numbers = _NUMBERS.get(platform.machine()) if sys.platform == "linux" else None
        self._context = ctypes.c_ulong(0)
        if (
            self._numbers is not None
            and self._call(self._numbers[0], ctypes.c_long(2), ctypes.byref(self._context)) != 0
        ):
            self._numbers = None
        self._orders = (_Order(data=0, command=_WRITE), _Order(data=1, command=_WRITE))
        self._list = (ctypes.POINTER(_Order) * 2)(*map(ctypes.pointer, self._orders))
        self._done = (_Done * 2)()

    def write(self, socket: int, message: bytes, file: int, line: bytes, place: int) -> tuple[int, bool] | None:
        """Octets that the socket has taken, and whether the whole line is written at its place of the file.

        None: it can't be done here, and nothing was. socket: not one that waits.
        """
        if self._numbers is None:
            return None
        _, events, submit = self._numbers
        for order, where, what in zip(self._orders, (socket, file), (message, line), strict=True):
            order.file, order.length = where, len(what)
            order.octets = ctypes.cast(ctypes.c_char_p(what), ctypes.c_void_p).value or 0
        self._orders[1].offset = place
        given = self._call(submit, self._context, ctypes.c_long(2), self._list)
        if given <= 0:
            self._numbers = None
            return None
        self._call(events, self._context, ctypes.c_long(given), ctypes.c_long(given), self._done, None)
        results = {int(done.data): int(done.result) for done in self._done[:given]}
        return max(results.get(0, 0), 0), results.get(1, 0) == len(line)
