"""Calendars of others, into drafts; and everything of ours, out again."""
