"""Webhooks of the provider, for all of its channels: whether it signed a request, and the fields of the form.

Source: Twilio, "Validating requests": HMAC-SHA1 over address and sorted fields.
"""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

MAX_FORM_BYTES = 400_000
"""Room for 100 kB of text, percent-encoded."""
MAX_FIELDS = 200


class Signature:
    """Checks requests signed with one auth token."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def holds(self, url: str, fields: Mapping[str, object] | str, signature: str) -> bool:
        """True if the signature fits the address the provider called and the fields (all values of each) or the body."""
        return bool(self._validator.validate(url, fields, signature))


async def signed(request: Request, provider: Signature, public_url: str) -> ImmutableMultiDict[str, str]:
    """The fields of a webhook's form, if the provider signed it. 403 otherwise."""
    form = await _form(request)
    url = public_url.rstrip("/") + request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if not provider.holds(url, form, request.headers.get("X-Twilio-Signature", "")):
        raise HTTPException(403)
    return form


async def _form(request: Request) -> ImmutableMultiDict[str, str]:
    """The fields of a form, read no further than a webhook may be long, whatever length was announced."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM_BYTES:
            raise HTTPException(413)
    try:
        fields = parse_qsl(body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error
    return ImmutableMultiDict(fields)
