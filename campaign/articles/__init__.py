"""What is written: background articles with photos, figures and sources."""
