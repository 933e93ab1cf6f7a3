"""What the bot may do: Rasa custom actions over the domain services. No SQL and no rules live here."""
