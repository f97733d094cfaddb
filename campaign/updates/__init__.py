"""What organizers say at once: updates to all, broadcasts to some; and how a sending fares."""
