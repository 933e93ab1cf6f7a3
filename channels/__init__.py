"""Wire to message and back, one folder per channel, and nothing else: no channel knows another."""
