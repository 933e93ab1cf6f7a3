"""Speech on the clinic's own machine: what hears and what speaks, behind two Protocols. Knows sound and words, no call and no socket.

Sound is kept in memory while it is worked on, and nowhere else: nothing here writes it to a file, a log or another machine.
"""
