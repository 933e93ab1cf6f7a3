"""One's own sign-in: password, second factor, recovery codes, sessions. Nobody else's."""
