"""Messages that are too much for the bot, by weights over the embedder's vector.

What is surely complex goes to a person at once; what may be goes there instead of a clarifying question. The weights are a table
(data/complex/net.json), learned by `./poradnia understand --learn` from `examples.yml` beside it and the bot's own phrases. They
decide who answers, never how urgent something is: red flags are screened before, by rules.
"""

import asyncio
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ConfigurationError
from core.settings import ROOT
from knowledge.embedding import Embedder, Vectors

FILE = ROOT / "data" / "complex" / "net.json"
LEAST_WORDS = 6
"""Shorter messages say too little to be judged: the dialogue core asks."""


@dataclass(frozen=True)
class Net:
    """`weights` on a vector that was centred by `mean` and brought to length 1; above `sure` it is complex, above `maybe` it may be."""

    embedder: str
    mean: Vectors
    weights: Vectors
    bias: float
    sure: float
    maybe: float

    @classmethod
    def load(cls, file: Path = FILE) -> "Net":
        """Raises `ConfigurationError` for what is no such table."""
        try:
            data = json.loads(file.read_text("utf-8"))
            mean, weights = (np.asarray(data[name], dtype=np.float32) for name in ("mean", "weights"))
            if mean.shape != weights.shape or mean.ndim != 1:
                raise ValueError("mean and weights differ")
            return cls(
                str(data["embedder"]), mean, weights, float(data["bias"]), float(data["sure"]), float(data["maybe"])
            )
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise ConfigurationError(f"{file.name} cannot be read: {error}") from error

    def scores(self, vectors: Vectors) -> Vectors:
        """One number a row."""
        scores: Vectors = centred(vectors, self.mean) @ self.weights + np.float32(self.bias)
        return scores


def centred(vectors: Vectors, mean: Vectors) -> Vectors:
    """Each row less the mean, at length 1."""
    less = vectors / np.linalg.norm(vectors, axis=1, keepdims=True) - mean
    found: Vectors = (less / np.linalg.norm(less, axis=1, keepdims=True)).astype(np.float32)
    return found


class Complexity:
    """Judges messages. Another embedder than the weights were learned with judges nothing: then the dialogue core has every message."""

    def __init__(self, embedder: Embedder, net: Net) -> None:
        self._embedder = embedder
        self._net = net
        self.is_on = embedder.version == net.embedder

    async def is_complex(self, text: str) -> bool:
        """True if a person should answer at once. About 20 ms, off the event loop."""
        return await self._score(text) > self._net.sure

    async def may_be_complex(self, text: str) -> bool:
        """True if a person should answer where the dialogue core is not sure what is wanted."""
        return await self._score(text) > self._net.maybe

    async def _score(self, text: str) -> float:
        if not self.is_on or len(text.split()) < LEAST_WORDS:
            return -math.inf
        vectors = await asyncio.to_thread(self._embedder.questions, [text])
        return float(self._net.scores(vectors)[0])
