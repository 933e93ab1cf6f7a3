"""The phrases the bot learns from and those that judge it, read as the service would pass them on."""

import zlib
from pathlib import Path

import yaml

from conversations.understanding import fold, normalise

DATA = Path(__file__).parents[2] / "data"


def hasty(text: str) -> str:
    """The text as typed in a hurry: no accents, one letter left out, doubled or swapped.

    The same text, the same slip.
    """
    plain = fold(text)
    letters = [place for place, character in enumerate(plain) if character.isalpha()]
    if len(letters) < 4:
        return plain
    chance = zlib.crc32(text.encode())
    place = letters[1:][chance // 3 % (len(letters) - 1)]
    if chance % 3 == 0:
        return plain[:place] + plain[place + 1 :]
    if chance % 3 == 1:
        return plain[:place] + plain[place] + plain[place:]
    return plain[: place - 1] + plain[place] + plain[place - 1] + plain[place + 1 :]


def phrases(language: str) -> list[tuple[str, str]]:
    """All training phrases of a language as (phrase, intent), as written."""
    return [
        (line[2:], block["intent"])
        for file in sorted((DATA / "nlu" / language).glob("*.yml"))
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]
        for line in block["examples"].splitlines()
    ]


def kept_apart(split: str, language: str) -> list[tuple[str, str]]:
    """The phrasings of `heldout`, `judged`, `blind`, `spoken` or `calls` as (normalised phrase, intent)."""
    file = (DATA if split == "judged" else Path(__file__).parent) / split / f"{language}.yml"
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [(normalise(phrase), intent) for intent, group in listed.items() for phrase in group]
