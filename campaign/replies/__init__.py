"""What readers reply to an article, and the queue in which it waits for an organizer."""
