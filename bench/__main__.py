"""Runs the benchmarks that are named, or all. Exits 1 if a figure is missed."""

import sys

from bench import expand, feed, kill, mail_throughput

BENCHES = {"expand": expand.main, "feed": feed.main, "kill": kill.main, "mail_throughput": mail_throughput.main}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; there are: {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    missed = [name for name in names or BENCHES if not BENCHES[name]()]
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
