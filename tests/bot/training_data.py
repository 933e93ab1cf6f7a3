"""Prepares training data the way docs/guides/add-an-intent.md promises.

Normalised, Polish also without accents.
"""

import re
import shutil
import unicodedata
import zlib
from pathlib import Path

import yaml

DATA = Path(__file__).parents[2] / "data"


def normalised(text: str) -> str:
    """The text as Rasa gets it.

    NFKC, no control characters, single spaces, lower case, no long runs of one letter.
    """
    text = unicodedata.normalize("NFKC", text)
    text = "".join(" " if unicodedata.category(character).startswith("C") else character for character in text)
    return re.sub(r"([^\W\d_])\1{2,}", r"\1\1", " ".join(text.split()).lower())


def without_accents(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def hasty(text: str) -> str:
    """The text as typed in a hurry: no accents, one letter left out, doubled or swapped.

    The same text, the same slip.
    """
    plain = without_accents(text)
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
    """The phrasings of `heldout` or `dev` as (normalised phrase, intent)."""
    file = Path(__file__).parent / split / f"{language}.yml"
    listed = yaml.safe_load(file.read_text(encoding="utf-8"))
    return [(normalised(phrase), intent) for intent, group in listed.items() for phrase in group]


def prepare(folder: Path) -> None:
    """Writes to `folder` what `rasa train --data` reads."""
    examples: dict[str, list[str]] = {}
    for language in ("pl", "en"):
        for phrase, intent in phrases(language):
            text = normalised(phrase)
            copies = [text, without_accents(text)] if language == "pl" else [text]
            examples.setdefault(intent, []).extend(copies)
    document = {
        "version": "3.1",
        "nlu": [
            {"intent": intent, "examples": "".join(f"- {text}\n" for text in dict.fromkeys(texts))}
            for intent, texts in examples.items()
        ],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nlu.yml").write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    shutil.copytree(DATA / "rules", folder / "rules", dirs_exist_ok=True)
