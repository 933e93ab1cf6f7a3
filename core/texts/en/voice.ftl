## The telephone
voice-welcome = Hello, this is the automatic assistant of { -clinic }, an artificial intelligence. The call is kept as text. In an emergency please hang up and call 112. Zero connects you to a person. How can I help?
voice-still-there = Are we still connected? Please say how I can help. Zero connects you to a person.
voice-goodbye = I cannot hear anything, so the call ends now. You can call again or send a text message to this number. Goodbye.
channel-voice = Telephone
