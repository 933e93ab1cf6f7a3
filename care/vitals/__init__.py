"""Measurements of vital signs and the rules that watch them."""
