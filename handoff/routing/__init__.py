"""Routing: which person of the clinic a waiting conversation is offered to, and why."""
