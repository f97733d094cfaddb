"""How fast it is, as ratios taken in one run: `make bench`, or `make bench BENCH=feed`."""
