"""`make check`: everything CI asks for, each with the time it took. All steps run, whatever came before them."""

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

STEPS = {
    "form": [sys.executable, "-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": [sys.executable, "-m", "ruff", "check", "--quiet", "."],
    "types": [sys.executable, "-m", "mypy"],
    "architecture": [str(BIN / "lint-imports"), "--no-logo"],
    "built files": [sys.executable, "-m", "tools.build_static", "--check"],
    "tests": ["make", "test"],
}


def main() -> int:
    """Returns 1 if a step failed."""
    took: dict[str, float] = {}
    failed: list[str] = []
    for name, command in STEPS.items():
        print(f"== {name}", flush=True)
        began = time.monotonic()
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            failed.append(name)
        took[name] = time.monotonic() - began
    print()
    for name, seconds in took.items():
        print(f"{'FAILED' if name in failed else 'ok':>6}  {name:<14} {seconds:6.1f} s")
    print(f"        {'all':<14} {sum(took.values()):6.1f} s", flush=True)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
