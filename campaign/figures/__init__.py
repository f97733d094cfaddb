"""An article's figures tables: pasted as CSV, given out as CSV."""
