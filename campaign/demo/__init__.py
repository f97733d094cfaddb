"""The demo's content, and the command's work of loading it."""
