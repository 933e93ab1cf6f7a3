"""Pages for people: login, console, widget, phone simulator, demo clinic. Forms in, HTML out; no rules of its own.

Every visible word comes from the catalogue, every act from a package below. Nothing here may decide who speaks, who may
read, or what is urgent: it asks, and shows what it was told.
"""
