"""Pages of the privacy officer: who read or changed what, and whether that record is whole. Read-only; ids, no health data."""
