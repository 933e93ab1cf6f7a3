## The telephone
voice-welcome = Hello, this is { -clinic }, the automatic assistant, an artificial intelligence. The call is kept as text. In an emergency please hang up and call 112. Zero connects you to a person. How can I help?
voice-still-there = Are we still connected? Please say how I can help. Zero connects you to a person.
voice-goodbye = I cannot hear anything, so the call ends now. You can call again or send a text message to this number. Goodbye.
channel-voice = Telephone
handoff-queued-voice = A person will take this over, place in the queue: { $position }. They will get in touch on this number, you may hang up. In an emergency call 112.
handoff-queued-closed-voice = People work during opening hours and will get in touch on this number, at the earliest { $opens }. They will see the whole conversation. In an emergency call 112.
voice-trouble = Something got stuck on our side and these words were not kept. Please say them again, and in an emergency call 112.
held-interrupted = the person spoke: they did not hear this
held-call-over = the call was over: sent by SMS if there is a number
