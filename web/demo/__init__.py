"""The invented clinic's site: what a visitor of a real clinic would see around the widget."""
