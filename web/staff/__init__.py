"""Pages about the people who work here: taking on, roles by site, the access review, uses of the broken glass."""
