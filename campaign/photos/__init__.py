"""Pictures: taken in with care, drawn anew, kept in three widths."""
