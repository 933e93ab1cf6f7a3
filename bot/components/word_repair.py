"""Words as they were meant: Polish letters put back, one slip of the finger mended, before anyone asks what a message means."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import wordfreq
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.kept import Kept

MEANT = "words_meant"
"""Where a message keeps its repaired text. The text itself stays as it was written: names and codes are read from that one."""
VERSION = "wordfreq-3.0.3"
_COUNTS_FILE = "words.json"
_WORD = re.compile(r"[^\W\d_]+")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def meant(message: Message) -> str:
    """The repaired text if there is one, else the text."""
    return str(message.get(MEANT) or message.get(TEXT))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class WordRepair(Kept):
    """Replaces each word by a likelier one that reads the same without accents, or else differs by one slip.

    Likely is what is frequent in Polish and English (shares of a large text, `wordfreq`) and in the training phrases, each occurrence
    of which adds `own` to the share. Words rarer than `rare` are not known. A word without accents gives way to an accented one only
    if that is `times` as frequent; a word written with accents that is known stays. One slip is a letter left out, put in, changed,
    or two swapped; only words of four letters and more, not known in any spelling, are mended so, and only by words of at least
    `mended_by`.
    """

    @staticmethod
    def required_packages() -> list[str]:
        return ["wordfreq"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"words": VERSION, "rare": 5e-7, "own": 1e-4, "times": 3.0, "mended_by": 1e-6}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._share: dict[str, float] = {}
        self._likeliest: dict[str, str] = {}

    def recall(self, folder: Path) -> None:
        self._learn(json.loads((folder / _COUNTS_FILE).read_text(encoding="utf-8")))

    def train(self, training_data: TrainingData) -> Resource:
        """Counts the words of the training phrases."""
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        counted = Counter(word for text in texts for word in _WORD.findall(text))
        self._learn(counted)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _COUNTS_FILE).write_text(json.dumps(counted, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                message.set(MEANT, self.repaired(message.get(TEXT)))
        return messages

    def repaired(self, text: str) -> str:
        """The text with its words replaced; anything but letters stays."""
        return _WORD.sub(lambda found: self._word(found.group()), text)

    def _learn(self, counts: dict[str, int]) -> None:
        share: dict[str, float] = {}
        for language in ("pl", "en"):
            for word, frequency in wordfreq.get_frequency_dict(language, "best").items():
                if frequency >= self._config["rare"] and _WORD.fullmatch(word):
                    share[word] = share.get(word, 0.0) + frequency
        wordfreq.get_frequency_dict.cache_clear()  # half a million words that are not needed again
        wordfreq.get_frequency_list.cache_clear()
        for word, count in counts.items():
            share[word] = share.get(word, 0.0) + count * self._config["own"]
        self._share = share
        for word in sorted(share):
            plain = _without_accents(word)
            if plain not in self._likeliest or share[word] > share[self._likeliest[plain]]:
                self._likeliest[plain] = word
        self._word = lru_cache(maxsize=20_000)(self._likelier)

    def _likelier(self, word: str) -> str:
        plain, known = _without_accents(word), self._share.get(word, 0.0)
        same = self._likeliest.get(plain)
        if same is not None:
            stays = (plain != word and known) or self._share[same] <= self._config["times"] * known
            return word if stays else same
        if len(plain) < 4:
            return word
        mended = max(
            (self._likeliest[slip] for slip in _slips(plain) if slip in self._likeliest),
            key=lambda candidate: (self._share[candidate], candidate),
            default=word,
        )
        return mended if self._share.get(mended, 0.0) >= self._config["mended_by"] else word


def _slips(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        before, after = word[:place], word[place:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in _LETTERS:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


@lru_cache(maxsize=20_000)
def _without_accents(word: str) -> str:
    # The stroke of the Polish "ł" is no combining mark, so it must be named.
    decomposed = unicodedata.normalize("NFD", word.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
