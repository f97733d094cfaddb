"""Organizers, their teams, and what a membership may do."""
