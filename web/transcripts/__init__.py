"""What patients read by a link: the transcript of one conversation, behind a one-time code. Nothing here knows who is staff."""
