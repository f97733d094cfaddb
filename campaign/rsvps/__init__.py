"""Who comes: sign-up, confirm, change, cancel, forget."""
