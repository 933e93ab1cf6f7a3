"""From keys to words: the catalogue's text for the channel and language, with dates, money and names as a person says them.

An argument may be plain text or number, or one of `{"when": ISO}`, `{"date": ISO}`, `{"since": ISO}`, `{"money": grosze}`,
`{"pl": …, "en": …}`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from conversations.protocols import Choice, Utterance
from conversations.speaking import in_short, speak
from core.i18n import Language, catalogue
from core.when.say import say_date, say_since, say_when

SHORT_CHANNELS = frozenset({"sms"})
SPOKEN_CHANNELS = frozenset({"voice"})
LONG_TEXTS = frozenset({"answer-article", "answer-article-files"})
"""What is as long as its author made it. Everything else has its words for the ear in the catalogue; safety's are never cut."""


@dataclass(frozen=True)
class Rendered:
    """Words ready for a channel: the text, and a label for each choice."""

    text: str
    labels: tuple[str, ...]


def render(utterance: Utterance, channel: str, language: Language, now: datetime) -> Rendered:
    """The words of an utterance. A key with the channel's name appended wins over the plain key. Labels are kept short.

    For the ear the text holds the choices too.
    """
    is_short = channel in SHORT_CHANNELS
    text = _text(utterance.key, utterance.args, channel, language, now, is_short)
    # On the telephone a choice is heard, not read: its hour is said in full there.
    is_read = channel not in SPOKEN_CHANNELS
    labels = tuple(_text(choice.key, choice.args, channel, language, now, is_read) for choice in utterance.choices)
    if is_read:
        return Rendered(text, labels)
    return Rendered(speak(in_short(text, language) if utterance.key in LONG_TEXTS else text, labels, language), labels)


def as_content(utterance: Utterance, labels: tuple[str, ...]) -> dict[str, Any]:
    """What a message keeps of the utterance, so that a picked choice finds its meaning again."""
    return {
        "key": utterance.key,
        "args": utterance.args,
        "choices": [
            {"id": choice.id, "label": label, "payload": choice.payload}
            for choice, label in zip(utterance.choices, labels, strict=True)
        ],
    }


def from_json(data: Mapping[str, Any]) -> Utterance:
    """An utterance from what an action or a domain response sent."""
    return Utterance(
        key=str(data["key"]),
        args=dict(data.get("args") or {}),
        choices=tuple(
            Choice(
                id=str(one["id"]), key=str(one["key"]), payload=str(one["payload"]), args=dict(one.get("args") or {})
            )
            for one in data.get("choices") or ()
        ),
    )


def _text(key: str, args: Mapping[str, Any], channel: str, language: Language, now: datetime, is_short: bool) -> str:
    texts = catalogue(language)
    words = {name: _words(value, language, now, "short" if is_short else "full") for name, value in args.items()}
    variant = f"{key}-{channel}"
    return texts.text(variant if texts.has(variant) else key, **words)


def _words(value: Any, language: Language, now: datetime, style: Literal["full", "short"]) -> Any:
    if not isinstance(value, dict):
        return value
    if "when" in value:
        return say_when(datetime.fromisoformat(value["when"]).astimezone(now.tzinfo), language, now=now, style=style)
    if "date" in value:
        return say_date(date.fromisoformat(value["date"]), language, now=now, style=style)
    if "since" in value:
        return say_since(date.fromisoformat(value["since"]), language, style=style)
    if "money" in value:
        return say_money(value["money"], language)
    return value.get(language, "")


def say_money(grosze: int, language: Language) -> str:
    """An amount in złoty: "150 zł", "99,50 zł"; in English "PLN 150"."""
    whole, rest = divmod(grosze, 100)
    if language == "pl":
        return f"{whole},{rest:02d} zł" if rest else f"{whole} zł"
    return f"PLN {whole}.{rest:02d}" if rest else f"PLN {whole}"
