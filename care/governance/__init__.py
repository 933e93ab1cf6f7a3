"""Who answers for the clinical rules: a clinician's signature under their exact content, and the switch that sends all to people.

Must not decide about a patient, and must not know what the rules say: a subject is a name and a digest.
"""
