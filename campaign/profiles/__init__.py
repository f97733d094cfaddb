"""What organizers see and change of their own account: name, language, address, password, open sessions."""
