"""Adapters between care and the systems of others (FHIR, HL7, payers). They map, they do not decide."""
