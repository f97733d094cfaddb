"""Two things in one system call: a message's end goes to its socket, and an octet in memory says so.

A process that is killed dies on its way out of a system call, never within one. Between two calls it can die at any
time, and most of all just after the first: whoever was woken by what it sent has the processor then. So what decides
over a letter is done in one: by `io_submit`, Linux's oldest way to give several orders at once, which carries out one
after the other before it returns.

A write to a file would not do beside the one to the socket: one that finds its process killed writes nothing, while a
socket takes what it is given. What isn't refused to the dying is to read from /dev/zero: the octet turns zero, in
memory that is a file's (`Journal`), and stays so.

Elsewhere than on Linux, and where it is forbidden, the call isn't to be had, nor under TLS, which only its library can
write; there the two are done as two.
"""

import ctypes
import os
import platform
import sys

_NUMBERS = {"x86_64": (206, 208, 209), "aarch64": (0, 4, 2)}  # of io_setup, io_getevents, io_submit
_READ, _WRITE = 0, 1  # IOCB_CMD_PREAD, IOCB_CMD_PWRITE
_ONE, _BOTH = ctypes.c_long(1), ctypes.c_long(2)
_ROOM = 256 * 1024  # octets of a message that are given at once


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
        self._mark, self._message = _Order(data=0, command=_READ, length=1), _Order(data=1, command=_WRITE)
        self._list = (ctypes.POINTER(_Order) * 2)(ctypes.pointer(self._mark), ctypes.pointer(self._message))
        self._done = (_Done * 2)()
        self._given = ctypes.create_string_buffer(_ROOM)
        self._message.octets = ctypes.addressof(self._given)
        if self._numbers is not None:
            self._mark.file = self._zero = os.open("/dev/zero", os.O_RDONLY | os.O_CLOEXEC)

    def write(self, socket: int, message: bytes, octet: int) -> tuple[int, bool] | None:
        """Octets that the socket has taken, and whether the one at that address of memory is zero now.

        None: it can't be done here, and nothing was. socket: not one that waits.
        """
        if self._numbers is None:
            return None
        length = min(len(message), _ROOM)
        ctypes.memmove(self._given, message, length)
        self._mark.octets, self._message.file, self._message.length = octet, socket, length
        _, events, submit = self._numbers
        given = self._call(submit, self._context, _BOTH, self._list)
        if given <= 0:
            self._numbers = None
            return None
        self._call(events, self._context, _BOTH if given == 2 else _ONE, _BOTH, self._done, None)
        mark, taken = self._done  # in the order in which they were given
        return max(taken.result, 0) if given == 2 else 0, mark.result == 1
