"""The intent: logistic regression over meaning and spelling, with a confidence that means what it says."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import scipy.optimize
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

_FILE = "classifier.npz"
_INTENTS = "intents.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedClassifier(IntentClassifier, GraphComponent):
    """Ranks all intents by a calibrated probability.

    `inverse_regularisation` and `steps` are those of the regression; intents weigh alike however many phrases they have. The
    temperature that divides the scores is fitted on `folds` parts of the training phrases, each judged by a model that did not see
    it. A phrase and its copy without accents are always in the same part; parts are drawn with a fixed seed.

    `takes_in` names goals that serve another one too (who books is shown the free times): unless the other leads by more than
    `near`, the goal that acts has the probability of both, and nobody is asked which of the two was meant.
    """

    @classmethod
    def required_components(cls) -> list[type]:
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        return ["sklearn"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"inverse_regularisation": 1.0, "steps": 60, "folds": 2, "ranked": 6, "takes_in": {}, "near": 0.1}

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._intents: list[str] = []
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._offsets = np.zeros(0, dtype=np.float32)
        self._temperature = 1.0

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CalibratedClassifier:
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CalibratedClassifier:
        classifier = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            classifier._intents = json.loads((folder / _INTENTS).read_text(encoding="utf-8"))
            with np.load(folder / _FILE, allow_pickle=False) as kept:
                classifier._weights, classifier._offsets = kept["weights"], kept["offsets"]
                classifier._temperature = float(kept["temperature"])
        return classifier

    def train(self, training_data: TrainingData) -> Resource:
        """Fit the temperature on folds, then the weights on everything."""
        examples = [one for one in training_data.intent_examples if one.get(INTENT) and one.get(TEXT)]
        if not examples:
            return self._resource
        features = np.stack([_features(one) for one in examples])
        intents = [one.get(INTENT) for one in examples]
        parts = _parts([one.get(TEXT) for one in examples], self._config["folds"])
        self._intents = sorted(set(intents))
        right = np.array([self._intents.index(intent) for intent in intents])
        if len(self._intents) > 1:
            self._temperature = self._fitted_temperature(features, right, parts)
        self._weights, self._offsets = self._fitted(features, right)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _INTENTS).write_text(json.dumps(self._intents), encoding="utf-8")
            np.savez(folder / _FILE, weights=self._weights, offsets=self._offsets, temperature=self._temperature)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the likeliest intent and the ranking. A message without words gets none."""
        for message in messages:
            if not message.get(TEXT):
                message.set(INTENT, {"name": None, "confidence": 0.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
                continue
            likely = self._settled(self.probabilities(_features(message)[None, :])[0])
            order = np.argsort(-likely)[: self._config["ranked"]]
            ranking = [{"name": self._intents[place], "confidence": float(likely[place])} for place in order]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def probabilities(self, features: np.ndarray) -> np.ndarray:
        """One row a message, one column an intent in the order of their names; rows add up to one."""
        return _softmax((features @ self._weights.T + self._offsets) / self._temperature)

    def _settled(self, likely: np.ndarray) -> np.ndarray:
        settled = likely.copy()
        for goal, served in self._config["takes_in"].items():
            if goal not in self._intents or served not in self._intents:
                continue
            place, other = self._intents.index(goal), self._intents.index(served)
            if settled[other] - settled[place] <= self._config["near"]:
                settled[place] += settled[other]
                settled[other] = 0.0
        return settled

    def _fitted(self, features: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        fitted = LogisticRegression(
            C=self._config["inverse_regularisation"], max_iter=self._config["steps"], class_weight="balanced"
        )
        fitted.fit(features, right)
        weights, offsets = fitted.coef_, fitted.intercept_
        if len(weights) == 1:  # two intents share one row
            weights, offsets = np.vstack([-weights, weights]) / 2, np.concatenate([-offsets, offsets]) / 2
        placed = np.zeros((len(self._intents), features.shape[1]), dtype=np.float32)
        shifts = np.full(len(self._intents), -1e4, dtype=np.float32)  # an intent that this part has no phrase of
        placed[fitted.classes_], shifts[fitted.classes_] = weights, offsets
        return placed, shifts

    def _fitted_temperature(self, features: np.ndarray, right: np.ndarray, parts: np.ndarray) -> float:
        scores = np.zeros((len(features), len(self._intents)), dtype=np.float32)
        for part in range(self._config["folds"]):
            seen = parts != part
            weights, offsets = self._fitted(features[seen], right[seen])
            scores[~seen] = features[~seen] @ weights.T + offsets

        def surprise(logarithm: float) -> float:
            likely = _softmax(scores / np.exp(logarithm))
            return float(-np.log(np.maximum(likely[np.arange(len(right)), right], 1e-12)).mean())

        return float(np.exp(scipy.optimize.minimize_scalar(surprise, bounds=(-2.0, 2.0), method="bounded").x))


def _features(message: Message) -> np.ndarray:
    """The sentence's dense features, all of them."""
    _, dense = message.get_dense_features(TEXT)
    return dense.features[-1].astype(np.float32)


def _parts(texts: list[str], folds: int) -> np.ndarray:
    """Which part each phrase belongs to; spellings of one phrase share theirs."""
    plain = [text.translate(_PLAIN) for text in texts]
    distinct = sorted(set(plain))
    drawn = np.random.default_rng(7).permutation(len(distinct)) % folds
    part = dict(zip(distinct, drawn, strict=True))
    return np.array([part[text] for text in plain])


_PLAIN = str.maketrans("ąćęłńóśźż", "acelnoszz")


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
