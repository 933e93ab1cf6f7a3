"""Triage: from what a person tells, by a clinician's tables, to how soon who should see them. No diagnosis, no model, no guess."""
