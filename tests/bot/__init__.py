"""The bot as patients meet it: what it understands on unseen phrasings, and how its dialogues run on a real Rasa."""
