"""What an erasure did, signed: counts by row of the register, what was kept with its reason, when backups age out. No content.

Ed25519 (RFC 8032) over canonical JSON. The key is derived from the installation's audit secret, for this purpose alone.
"""

import hashlib
import hmac
import json
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

FORMAT = "poradnia-erasure-report-1"


class Signer:
    """Signs reports and tells whether a report is ours and unchanged."""

    def __init__(self, secret: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(hmac.digest(secret, FORMAT.encode(), hashlib.sha256))

    @property
    def public_key(self) -> str:
        """In hexadecimal digits: what the clinic may publish, so that others can verify."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, report: dict[str, Any]) -> dict[str, Any]:
        """The report with `public_key` and `signature`."""
        whole = {**report, "format": FORMAT, "public_key": self.public_key}
        return {**whole, "signature": self._key.sign(_canonical(whole)).hex()}

    def is_genuine(self, report: Any) -> bool:
        """True if this installation signed it and not a byte was changed since. Never raises."""
        if not isinstance(report, dict) or report.get("public_key") != self.public_key:
            return False
        return is_signed(report)


def is_signed(report: dict[str, Any]) -> bool:
    """True if the report bears a valid signature of the key it names. Whose key that is, others must know."""
    rest = {name: value for name, value in report.items() if name != "signature"}
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(str(report.get("public_key", ""))))
        key.verify(bytes.fromhex(str(report.get("signature", ""))), _canonical(rest))
    except (ValueError, InvalidSignature):
        return False
    return rest.get("format") == FORMAT


def _canonical(report: dict[str, Any]) -> bytes:
    return json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
