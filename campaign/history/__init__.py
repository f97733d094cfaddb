"""Who changed what of an action or an article, and how to go back."""
