"""The intent: what a regression and the nearest training phrases say together, with a confidence that means what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse
import scipy.sparse.csgraph
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

from components.kept import Kept
from components.regression import fitted

_FILE = "classifier.npz"
_INTENTS = "intents.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedClassifier(Kept, IntentClassifier):
    """Ranks all intents by a calibrated probability.

    Two opinions on the sentence's features (meaning and spelling): a logistic regression with `inverse_regularisation` and `steps`,
    whose intents weigh alike however many phrases they have, and the `neighbours` nearest training phrases, each of which votes for
    its intent by its cosine over `nearness`, as an exponent. The neighbours' opinion weighs `neighbours_weigh`, of one.

    How sure the first intent may be is learnt too, from how far it leads, how near its nearest phrase is, and its score in the
    regression before the scores become shares: on `folds` parts of the training phrases, each judged by a model that did not
    see it. A phrase and its nearest relative are always in the same part, so that confidence is what it is on a way of saying things
    that is new. One in `strangers` intents, where there are twice as many, is kept from the model of a part altogether: its phrases
    show what nobody has taught looks like. Parts and strangers are drawn with a fixed seed.
    What is like nothing learnt gets little confidence, whichever intent comes first.

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
        return {
            "inverse_regularisation": 1.0, "steps": 40, "neighbours": 16, "nearness": 0.08, "neighbours_weigh": 0.4, "folds": 2,
            "strangers": 4, "ranked": 6, "takes_in": {}, "near": 0.1,
        }  # fmt: skip

    def __init__(self, config: dict[str, Any], model_storage: ModelStorage, resource: Resource) -> None:
        self._config = {**self.get_default_config(), **config}
        self._model_storage = model_storage
        self._resource = resource
        self._intents: list[str] = []
        self._opinion = _Opinion(np.zeros((0, 0)), np.zeros(0), np.zeros((0, 0)), np.zeros(0, dtype=int))
        self._surety = np.array([0.0, 1.0, 0.0, 0.0])

    def recall(self, folder: Path) -> None:
        self._intents = json.loads((folder / _INTENTS).read_text(encoding="utf-8"))
        with np.load(folder / _FILE, allow_pickle=False) as kept:
            parts = (kept["phrases"].astype(np.float32), kept["columns"], kept["starts"])
            shape = (len(kept["intents"]), kept["weights"].shape[1])
            phrases = scipy.sparse.csr_matrix(parts, shape=shape)
            self._opinion = _Opinion(kept["weights"], kept["offsets"], phrases, kept["intents"])
            self._surety = kept["surety"]

    def train(self, training_data: TrainingData) -> Resource:
        """Learn how sure to be on folds, then the weights on everything."""
        examples = [one for one in training_data.intent_examples if one.get(INTENT) and one.get(TEXT)]
        if not examples:
            return self._resource
        features = np.stack([_features(one) for one in examples])
        intents = [one.get(INTENT) for one in examples]
        self._intents = sorted(set(intents))
        right = np.array([self._intents.index(intent) for intent in intents])
        if len(self._intents) > 1:
            self._surety = self._fitted_surety(features, right)
        self._opinion = self._formed(features, right)
        with self._model_storage.write_to(self._resource) as folder:
            (folder / _INTENTS).write_text(json.dumps(self._intents), encoding="utf-8")
            # Most of a phrase's features are nought: kept so, a message is compared with all phrases in a third of the time.
            phrases = scipy.sparse.csr_matrix(self._opinion.phrases)
            np.savez_compressed(
                folder / _FILE, weights=self._opinion.weights, offsets=self._opinion.offsets, phrases=phrases.data.astype(np.float16),
                columns=phrases.indices, starts=phrases.indptr, intents=self._opinion.intents, surety=self._surety,
            )  # fmt: skip
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
        """One row a message, one column an intent in the order of their names; what a row lacks to one is that of none of them."""
        likely, signs = self._said(self._opinion, features)
        first = likely.max(axis=1, keepdims=True)
        offset, *weights = self._surety
        sure = 1 / (1 + np.exp(-(offset + signs @ np.array(weights))))[:, None]
        spread = likely * np.where(sure < first, sure / first, (1 - sure) / np.maximum(1 - first, 1e-9))
        return np.where(likely == first, sure, spread)

    def _said(self, opinion: _Opinion, features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Both opinions as one share an intent, never quite nought; and the signs of how sure one may be."""
        weigh = self._config["neighbours_weigh"]
        scores = features @ opinion.weights.T + opinion.offsets
        learnt = _softmax(scores)
        nearness = (opinion.phrases @ _directions(features).T).T
        neighbours = min(self._config["neighbours"], nearness.shape[1])
        nearest = np.argpartition(-nearness, neighbours - 1, axis=1)[:, :neighbours]
        votes = _softmax(np.take_along_axis(nearness, nearest, axis=1) / self._config["nearness"])
        near = np.zeros_like(learnt)
        np.add.at(near, (np.arange(len(features))[:, None], opinion.intents[nearest]), votes)
        likely = np.maximum((1 - weigh) * learnt + weigh * near, 1e-9)
        first = likely.argmax(axis=1)
        of_the_first = np.where(opinion.intents[None, :] == first[:, None], nearness, -1.0).max(axis=1)
        return likely, _signs(likely, of_the_first, scores[np.arange(len(scores)), first])

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

    def _formed(self, features: np.ndarray, right: np.ndarray) -> _Opinion:
        classes, weights, offsets = fitted(
            features, right, inverse_regularisation=self._config["inverse_regularisation"], steps=self._config["steps"]
        )
        placed = np.zeros((len(self._intents), features.shape[1]), dtype=np.float32)
        shifts = np.full(len(self._intents), -1e4, dtype=np.float32)  # an intent that this part has no phrase of
        placed[classes], shifts[classes] = weights, offsets
        return _Opinion(placed, shifts, _directions(features), right)

    def _fitted_surety(self, features: np.ndarray, right: np.ndarray) -> np.ndarray:
        parts = _parts(features, self._config["folds"])
        every = self._config["strangers"]
        strangers = np.random.default_rng(7).permutation(len(self._intents) if len(self._intents) >= 2 * every else 0)
        signs, hits = [], []
        for part in range(self._config["folds"]):
            judged = parts == part
            seen = ~judged & ~np.isin(right, strangers[part::every])
            if not judged.any() or len(set(right[seen])) < 2:
                continue
            likely, seen_in_them = self._said(self._formed(features[seen], right[seen]), features[judged])
            signs.append(seen_in_them)
            hits.append(likely.argmax(axis=1) == right[judged])
        if not hits or len(set(np.concatenate(hits))) < 2:
            return self._surety
        learnt = LogisticRegression(C=10.0).fit(np.concatenate(signs), np.concatenate(hits))
        return np.concatenate([learnt.intercept_, learnt.coef_[0]])


def _signs(likely: np.ndarray, nearest: np.ndarray, score: np.ndarray) -> np.ndarray:
    """What tells how sure one may be: logarithms of the first share's lead over the second, and of its nearest phrase's cosine; and
    its score, which is low where little of the message is known."""
    ordered = (
        np.partition(likely, -2, axis=1) if likely.shape[1] > 1 else np.hstack([np.full_like(likely, 1e-9), likely])
    )
    return np.column_stack([np.log(ordered[:, -1] / ordered[:, -2]), np.log(np.maximum(nearest, 0.05)), score])


@dataclass(frozen=True)
class _Opinion:
    """What was learnt: `weights` (intents by features) and `offsets` of the regression; the training `phrases` (directions) and each
    one's number among the `intents`."""

    weights: np.ndarray
    offsets: np.ndarray
    phrases: np.ndarray | scipy.sparse.csr_matrix
    intents: np.ndarray


def _features(message: Message) -> np.ndarray:
    """The sentence's dense features, all of them."""
    _, dense = message.get_dense_features(TEXT)
    return dense.features[-1].astype(np.float32)


def _directions(features: np.ndarray) -> np.ndarray:
    return features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-6)


def _parts(features: np.ndarray, folds: int) -> np.ndarray:
    """Which part each phrase belongs to: that of its nearest relative."""
    directions = _directions(features)
    nearest = np.zeros(len(features), dtype=int)
    for start in range(0, len(features), 1000):
        alike = directions[start : start + 1000] @ directions.T
        alike[np.arange(len(alike)), np.arange(start, start + len(alike))] = -1.0
        nearest[start : start + 1000] = alike.argmax(axis=1)
    links = scipy.sparse.coo_matrix(
        (np.ones(len(nearest)), (np.arange(len(nearest)), nearest)), shape=(len(nearest),) * 2
    )
    count, relatives = scipy.sparse.csgraph.connected_components(links, directed=False)
    return (np.random.default_rng(7).permutation(count) % folds)[relatives]


def _softmax(scores: np.ndarray) -> np.ndarray:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
