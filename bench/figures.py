"""What is asked of a benchmark, and what it found."""

from dataclasses import dataclass


@dataclass
class Figures:
    """What is asked for, and what was found."""

    missed: int = 0

    def at_least(self, least: float, found: float, what: str) -> None:
        self._say(found >= least, f"{found:10.2f}  at least {least:g}", what)

    def at_most(self, most: float, found: float, what: str) -> None:
        self._say(found <= most, f"{found:10.2f}  at most {most:g}", what)

    def exactly(self, wanted: int, found: int, what: str) -> None:
        self._say(found == wanted, f"{found:10,}  exactly {wanted:,}", what)

    @staticmethod
    def tell(found: float, what: str) -> None:
        """Nothing is asked of it."""
        print(f"         {found:10.2f}                   {what}", flush=True)

    def _say(self, met: bool, figure: str, what: str) -> None:
        self.missed += not met
        print(f"  {'ok    ' if met else 'MISSED'} {figure:28} {what}", flush=True)
