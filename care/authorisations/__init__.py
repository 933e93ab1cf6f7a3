"""Who may hear and decide for a patient: authorisations and parental rights, recorded by staff from evidence.

Must not send, ask or decide who is speaking: that is proven in `conversations`.
"""
