"""When to try again. No chance in it: what spreads the tries is derived from the delivery itself."""

import hashlib
from datetime import timedelta

STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 480))
SPREAD = 0.2  # a fifth, either way
LONGEST = STEPS[-1] * (1 + SPREAD)

_FIRST_PAUSE, _LONGEST_PAUSE = 5, 300  # seconds


def wait(attempts: int, key: str) -> timedelta:
    """How long to wait after so many refusals for the time being (1 and up).

    key: the Message-ID; the letters of one audience, refused together, don't all come back together.
    """
    step = STEPS[min(attempts, len(STEPS)) - 1]
    octets = hashlib.sha256(f"{key} {attempts}".encode()).digest()
    share = int.from_bytes(octets[:4], "big") / 0xFFFFFFFF  # 0 to 1
    return step * (1 - SPREAD + 2 * SPREAD * share)


def pause(failures: int) -> int:
    """Seconds to leave a relay alone after so many failures in a row (1 and up): 5, doubling, at most 300."""
    return int(min(_FIRST_PAUSE * 2 ** min(failures - 1, 10), _LONGEST_PAUSE))
