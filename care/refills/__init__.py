"""Medicines taken regularly and requests to prescribe them again: checked by rule, decided by a clinician, never by itself."""
