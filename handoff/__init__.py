"""From the bot to a person and back: queue, routing, presence, briefing. It alone writes its own states."""
