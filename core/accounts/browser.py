"""The browser at the other end, as far as a session is bound to it: a key of its own, and what kind it is."""

import hashlib
import re
from dataclasses import dataclass

_KINDS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iOS"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def digest(token: str) -> str:
    """What is stored of a random token: SHA-256, hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Browser:
    """`key` is the random value of the browser's own cookie, empty if it has none yet; `agent` its User-Agent header."""

    key: str = ""
    agent: str = ""

    @property
    def device_hash(self) -> str:
        """What is stored of the key."""
        return digest(self.key)

    @property
    def agent_hash(self) -> str:
        """What is stored of the kind of browser. Numbers are left out: an update in the middle of a shift is no theft."""
        return digest(re.sub(r"[\d._]+", "", self.agent))

    @property
    def name(self) -> str:
        """As people know it: "Firefox, Linux"."""
        kind = next((name for mark, name in _KINDS if mark in self.agent), "")
        system = next((name for mark, name in _SYSTEMS if mark in self.agent), "")
        return ", ".join(filter(None, (kind, system)))
