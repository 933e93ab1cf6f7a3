"""What stands between a draft of the bot and its patients: runs that check it, and the conversations they replay.

Here are only the records and who may ask for what; `service.gate` trains and replays.
"""
