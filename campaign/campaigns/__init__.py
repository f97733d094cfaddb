"""What actions belong to."""
