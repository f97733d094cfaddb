"""Stands above all that hold personal data: inventory, retention, erasure."""
