"""The catalogue: every word a person sees or hears, in Polish and English, in Fluent files (core/texts/{pl,en}/*.ftl).

A key missing in one language is an error in the tests; at run time the key itself is shown rather than the wrong language.
"""

from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from fluent.runtime import FluentBundle, FluentResource
from fluent.syntax.ast import Message

Language = Literal["pl", "en"]
LANGUAGES: tuple[Language, ...] = ("pl", "en")
TEXTS = Path(__file__).parent / "texts"


class Catalogue:
    """All texts of one language."""

    def __init__(self, language: Language, folder: Path = TEXTS) -> None:
        self.language = language
        self._bundle = FluentBundle([language], use_isolating=False)
        self._keys: list[str] = []
        for file in sorted((folder / language).glob("*.ftl")):
            resource = FluentResource(file.read_text("utf-8"))
            self._bundle.add_resource(resource)
            self._keys += [entry.id.name for entry in resource.body if isinstance(entry, Message)]

    def keys(self, prefix: str) -> list[str]:
        """All keys that begin so, in the order of the files."""
        return [key for key in self._keys if key.startswith(prefix)]

    def has(self, key: str) -> bool:
        """True if the key is there."""
        return self._bundle.has_message(key)

    def text(self, key: str, /, **args: Any) -> str:
        """The words for a key; unknown keys come back as they are, so that a page never fails on a text."""
        if not self._bundle.has_message(key):
            return key
        pattern = self._bundle.get_message(key).value
        if pattern is None:
            return key
        value, _ = self._bundle.format_pattern(pattern, args)
        return str(value)


@lru_cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of a language, read once."""
    return Catalogue(language)


def text(key: str, language: Language, /, **args: Any) -> str:
    """The words for a key in a language."""
    return catalogue(language).text(key, **args)


def as_language(value: str | None, otherwise: Language = "pl") -> Language:
    """`pl` or `en` from any language tag."""
    prefix = (value or "").lower()[:2]
    return "en" if prefix == "en" else "pl" if prefix == "pl" else otherwise
