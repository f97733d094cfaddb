"""Signing in beyond a password: the second step, and passkeys instead of a password."""
