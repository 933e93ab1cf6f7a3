"""Pages and public API for people: widget, console, simulators. Forms in, HTML out, no rules."""
