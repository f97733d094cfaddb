"""The same actions in other people's calendars."""
