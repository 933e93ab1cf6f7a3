"""The bot as patients meet it.

What it understands on unseen phrasings, and how its dialogues run on a real Rasa.
"""
