"""Reminders of medicines that a patient asked for, with taken, not yet and problem. No medicine is ever named in a message."""
