"""Signing in and out of the staff pages. One refusal for everything that can be wrong with a login."""
