"""The widget as other sites embed it: a tiny loader and the page inside its iframe. Messages go through `channels.webchat`."""
