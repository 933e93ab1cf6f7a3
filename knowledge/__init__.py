"""Approved articles and facts, and how they are found. It answers with approved words or not at all."""
