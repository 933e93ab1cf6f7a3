"""Pages for those who answer for the clinical rules: what is in force, who signed it, the switch, every rule and protocol."""
