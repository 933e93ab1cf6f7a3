"""The web chat: messages over HTTPS and an event stream, for the widget in its iframe."""
