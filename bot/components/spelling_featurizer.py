"""Spelling: runs of letters, words and pairs of words without accents, for words typed in haste or without Polish letters."""

from __future__ import annotations

import json
import math
import unicodedata
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.kept import Kept
from components.word_repair import meant

_WEIGHTS_FILE = "weights.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SpellingFeaturizer(Kept, DenseFeaturizer):
    """Gives each message its letter runs, words and pairs of words, rare ones weighing more, as a vector of length `scale`.

    A run lies within a word (its edges count as a space), has `shortest` to `longest` letters, and is
    kept if at least `seen_in` training phrases have it. All are hashed with a sign into `columns` columns: few enough
    for a classifier that learns in seconds, and two that meet in a column rarely matter.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **DenseFeaturizer.get_default_config(),
            "scale": 7.5,
            "shortest": 2,
            "longest": 5,
            "seen_in": 2,
            "columns": 4096,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        if not 1 <= config["shortest"] <= config["longest"]:
            raise ValueError("a run's shortest length must lie between 1 and its longest")
        if config["columns"] < 1:
            raise ValueError("there must be at least one column")

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        DenseFeaturizer.__init__(self, type(self).__name__, config)
        self._model_storage = model_storage
        self._resource = resource
        self._weights: dict[str, float] = {}
        self._places: dict[str, tuple[int, float]] = {}

    def recall(self, folder: Path) -> None:
        self._learn(json.loads((folder / _WEIGHTS_FILE).read_text(encoding="utf-8")))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which runs occur and how rare they are."""
        texts = [meant(example) for example in training_data.training_examples if example.get(TEXT)]
        seen: Counter = Counter()
        for text in texts:
            seen.update(self._runs(text).keys())
        self._learn(
            {
                run: math.log((1 + len(texts)) / (1 + count)) + 1
                for run, count in sorted(seen.items())
                if count >= self._config["seen_in"]
            }
        )
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _WEIGHTS_FILE).write_text(json.dumps(self._weights, ensure_ascii=False), encoding="utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if message.get(TEXT):
                row = self._row(meant(message))
                # The classifier reads the sentence; the same row stands for the sequence
                # because Rasa expects both.
                self.add_features_to_message(row, row, TEXT, message)
        return messages

    def _learn(self, weights: dict[str, float]) -> None:
        self._weights = weights
        self._places = {run: self._place(run) for run in weights}

    def _place(self, run: str) -> tuple[int, float]:
        hashed = zlib.crc32(run.encode())
        return hashed % self._config["columns"], 1.0 if hashed & 0x80000000 else -1.0

    def _runs(self, text: str) -> Counter:
        runs: Counter = Counter()
        words = _without_accents(text).split()
        for word in words:
            padded = f" {word} "
            for length in range(self._config["shortest"], self._config["longest"] + 1):
                runs.update(padded[start : start + length] for start in range(max(1, len(padded) - length + 1)))
        runs.update(f"#{word}" for word in words)
        runs.update(f"%{first}_{second}" for first, second in pairwise(words))
        return runs

    def _row(self, text: str) -> np.ndarray:
        row = np.zeros((1, self._config["columns"]), dtype=np.float32)
        known = {run: count for run, count in self._runs(text).items() if run in self._weights}
        values = np.array([(1 + math.log(count)) * self._weights[run] for run, count in known.items()])
        if len(values):
            values *= self._config["scale"] / np.linalg.norm(values)
        for run, value in zip(known, values, strict=True):
            column, sign = self._places[run]
            row[0, column] += sign * value
        return row


def _without_accents(text: str) -> str:
    # The stroke of the Polish "ł" is no combining mark, so it must be named.
    decomposed = unicodedata.normalize("NFD", text.replace("ł", "l").replace("Ł", "L"))
    return "".join(character for character in decomposed if not unicodedata.combining(character))
