"""A new draft made after an action that there is, or was: the vigil of last year, on this year's date."""
