"""The spine: who writes, in which thread, about which case; turns, rendering and delivery. It decides who speaks."""
