"""Pages for who edits what the bot says: articles, what publishing one would change, a question tried."""
