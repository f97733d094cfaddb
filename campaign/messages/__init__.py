"""What is said to those who come: reminders, updates, notices of change."""
