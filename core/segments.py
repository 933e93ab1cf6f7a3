"""How an SMS is cut and what it costs: GSM-7 or UCS-2, 160/70 characters alone, 153/67 in parts. Source: 3GPP TS 23.038."""

import unicodedata
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")
_PLAIN = str.maketrans("łŁ„”“’‘–—…•\u00a0", 'lL"""\'\'--.- ')


@dataclass(frozen=True)
class Segments:
    """The size of a text on the air: `units` are septets or UTF-16 units."""

    encoding: str
    units: int
    count: int


def measure(text: str) -> Segments:
    """Encoding, units and number of segments of a text."""
    if all(char in _BASIC or char in _EXTENDED for char in text):
        units = sum(2 if char in _EXTENDED else 1 for char in text)
        return Segments("GSM-7", units, 1 if units <= 160 else -(-units // 153))
    units = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return Segments("UCS-2", units, 1 if units <= 70 else -(-units // 67))


def plain(text: str) -> str:
    """Polish letters and typographic marks as GSM-7 has them: "później" becomes "pozniej"."""
    decomposed = unicodedata.normalize("NFKD", text.replace("…", "...").translate(_PLAIN))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def thrifty(text: str) -> str:
    """The text without Polish letters where that saves a segment, else as it is."""
    simple = plain(text)
    return simple if measure(simple).count < measure(text).count else text
