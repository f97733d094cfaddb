"""Mail that is owed. Knows nobody; everybody calls it."""
