"""What is free is given back: malloc keeps it, and a process that once rendered ten thousand events stays large."""

import ctypes

_trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's; other libraries keep less


def give_back() -> None:
    """Takes some milliseconds, and the next large piece of memory costs some again: only after a lot of work."""
    if _trim is not None:
        _trim(0)
