"""Whether the provider signed a request. Source: Twilio, "Validating requests": HMAC-SHA1 over address and sorted fields."""

from collections.abc import Mapping

from twilio.request_validator import RequestValidator


class Signature:
    """Checks requests signed with one auth token."""

    def __init__(self, auth_token: str) -> None:
        self._validator = RequestValidator(auth_token)

    def holds(self, url: str, fields: Mapping[str, object] | str, signature: str) -> bool:
        """True if the signature fits the address the provider called and the fields (all values of each) or the body."""
        return bool(self._validator.validate(url, fields, signature))
