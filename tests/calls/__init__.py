"""Scripted callers, for `./poradnia bench voice`."""
