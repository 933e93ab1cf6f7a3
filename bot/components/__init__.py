"""The pieces of language understanding that Rasa lacks.

They turn a message into numbers, for Rasa's own classifier to learn from. They must not normalise,
translate or look anything up: whoever sends training data or a message has normalised it already, both in
the same way.
"""
