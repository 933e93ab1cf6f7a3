"""Sending to a browser: the message is in the database, the stream shows it; the widget tells when it has arrived."""

from collections.abc import Sequence

from conversations.protocols import NotSent, Outgoing, Sent


class WebChatChannel:
    """Channel `webchat`. Choices are buttons there, so the body is the text alone."""

    name = "webchat"

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """The text as it is."""
        return text

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Nothing to hand over: storing it woke the stream."""
        return Sent(None)

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """Files come with the request here; there is no address to fetch from."""
        return None
