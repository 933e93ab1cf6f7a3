"""People the clinic cares for, and the contact points they write from. A contact point alone never selects a patient."""
