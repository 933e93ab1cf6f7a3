"""Sending SMS, and ringing a telephone to say something, with the twilio SDK. The simulator is the same SDK pointed at another host."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from twilio.twiml.voice_response import VoiceResponse

from conversations.protocols import NotSent, Outgoing, Sent
from core.errors import Retriable
from core.i18n import Language
from core.segments import thrifty

PROVIDER = "https://api.twilio.com"
MAX_BODY = 1600
VOICES: dict[Language, str] = {"pl": "pl-PL", "en": "en-GB"}
"""The provider's names of the languages it speaks."""
SAID_TIMES = 2
"""How often a call says its words: who is woken misses the first time."""
STOPPED = "21610"
"""Twilio's code for a number whose owner sent STOP."""


class _Redirected(TwilioHttpClient):
    """The SDK's own client, with the provider's host replaced: how the simulator is reached."""

    def __init__(self, base_url: str) -> None:
        super().__init__(timeout=10, pool_connections=True)
        self._base_url = base_url

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """The same request on the other host."""
        return super().request(method, url.replace(PROVIDER, self._base_url, 1), *args, **kwargs)


class SmsChannel:
    """Channel `sms`. `base_url` is the provider or the simulator; `callback_url` receives receipts."""

    name = "sms"

    def __init__(self, account_sid: str, auth_token: str, number: str, base_url: str, callback_url: str) -> None:
        self._auth = (account_sid, auth_token)
        self._number = number
        self._base_url = base_url
        self._callback_url = callback_url
        self._client = Client(account_sid, auth_token, http_client=_Redirected(base_url))

    def compose(self, text: str, labels: Sequence[str]) -> str:
        """Choices as numbered lines; Polish letters dropped where that saves a segment; cut at the provider's limit."""
        lines = [text, *(f"{number}) {label}" for number, label in enumerate(labels, start=1))]
        body = thrifty("\n".join(lines))
        return body if len(body) <= MAX_BODY else body[: MAX_BODY - 3] + "..."

    async def send(self, message: Outgoing) -> Sent | NotSent:
        """Create the message at the provider. 4xx (but 429) is a refusal, all else may be tried again."""
        try:
            created = await asyncio.to_thread(
                self._client.messages.create,
                to=message.address,
                from_=self._number,
                body=message.body,
                status_callback=f"{self._callback_url}/{message.message_id}",
            )
        except (TwilioException, OSError) as error:
            return _not_sent(error)
        return Sent(created.sid)

    async def ring(self, address: str, words: Mapping[Language, str]) -> Sent | NotSent:
        """Call a telephone and say the words, language by language. `Sent`: the provider took the call, not that somebody answered."""
        said = VoiceResponse()
        for _ in range(SAID_TIMES):
            for language, text in words.items():
                said.say(text, language=VOICES[language])
            said.pause(length=1)
        try:
            created = await asyncio.to_thread(
                self._client.calls.create, to=address, from_=self._number, twiml=str(said)
            )
        except (TwilioException, OSError) as error:
            return _not_sent(error)
        return Sent(created.sid)

    async def fetch(self, url: str, limit: int) -> bytes | None:
        """A media file of this provider; other hosts are never asked."""
        if _origin(url) not in (_origin(self._base_url), _origin(PROVIDER)):
            return None
        content = bytearray()
        try:
            async with (
                httpx.AsyncClient(timeout=15, follow_redirects=True) as client,
                client.stream("GET", url, auth=self._auth) as response,
            ):
                if response.status_code >= 500 or response.status_code == 429:
                    raise Retriable("media")
                if response.status_code != 200:
                    return None
                async for chunk in response.aiter_bytes():
                    content += chunk
                    if len(content) > limit:
                        return None
        except httpx.InvalidURL:
            return None
        except httpx.HTTPError as error:
            raise Retriable("media") from error
        return bytes(content)


def _not_sent(error: Exception) -> NotSent:
    """A refusal (4xx but 429), or what may be tried again."""
    if isinstance(error, TwilioRestException):
        may_retry = error.status >= 500 or error.status == 429
        return NotSent(str(error.code or error.status), may_retry, is_stopped=str(error.code) == STOPPED)
    return NotSent(type(error).__name__, may_retry=True)


def _origin(url: str) -> tuple[str, str] | None:
    """Scheme and host of an address, or None if it is no address of the web."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme, parts.netloc) if parts.scheme in ("http", "https") and parts.netloc else None
