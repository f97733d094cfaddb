"""What went wrong, told without any value: a message or a traceback may quote an address, a token, a name."""

import traceback
from pathlib import Path

_OURS = Path(__file__).resolve().parents[1]


def place_of(error: BaseException) -> str:
    """ "KeyError in messages/worker.py, line 41": the kind of error, and where in our code."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_OURS)]
    if not (ours or frames):
        return type(error).__name__
    last = (ours or frames)[-1]
    path = Path(last.filename)
    name = path.relative_to(_OURS) if ours else path.name
    return f"{type(error).__name__} in {name}, line {last.lineno}"
