"""The house without one of its guards, to measure what each costs. Only benchmarks build it so: no setting reaches these arguments."""

from core.crypto import keyring
from core.keys import SecretsSource


class PlainCipher:
    """Seals nothing: what goes in comes out."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """As it is."""
        return data

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """As it is."""
        return data


def load_plain_keys(url: str, secrets: SecretsSource) -> None:
    """For `build(load_keys=…)`: columns hold plain bytes; search tokens are made as ever. With `is_audited=False`, no audit either."""
    keyring.use({1: PlainCipher()}, 1, bytes.fromhex(secrets()["lookup"]))
