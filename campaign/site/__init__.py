"""Front page and health."""
