"""Counts for organizers; never names."""
