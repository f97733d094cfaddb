"""What repeats: many dates that are made, published, changed and ended together. Each is an action of its own."""
