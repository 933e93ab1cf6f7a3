"""What the clinic says first: reminders, and whether, when and where they may be said.

Preference, consent and quiet hours are asked at the moment of sending, never when something is planned. `care` knows
nothing of this package, and nothing here decides anything medical.
"""
