"""What every room of the house stands on: settings, database, jobs, bus, security, clock, texts, time words."""
