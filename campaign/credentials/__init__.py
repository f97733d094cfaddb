"""How organizers prove that it is them beyond a password: authenticator app, passkeys, recovery codes."""
