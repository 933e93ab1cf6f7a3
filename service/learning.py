"""`./poradnia screen --learn`: the second net's weights from the sentences in data/safety. A developer's tool: it needs scikit-learn."""

import hashlib
import json
import math
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from conversations.safety import EXAMPLES_FILE, FOLDER, RULES_FILE, Level, SafetyScreen
from conversations.second_net import FILE, WINDOW, features
from core.settings import ROOT
from core.yamls import read_yaml

SIGNS_FILE = FOLDER / "signs.yml"
HARMLESS_FILE = FOLDER / "harmless.yml"
LEVELS = ("emergency", "crisis", "violence")
GRAVER = 3.0
"""What a sign counts for more than a harmless sentence: to miss one is worse."""
FREEDOM = 30.0
LEAST = 0.5
"""Weights smaller than this for every level are left out."""
_MARK = re.compile(r"\[([^\]]+)\](\{[^}]*\}|\([^)]*\))")
Sentence = tuple[str, int]
"""A text and its level's number in `LEVELS` from 1, 0 for none."""


def sources_digest() -> str:
    """What the weights were learned from: SHA-256 of the sentences' files. The bot's phrases are counted on, not pinned."""
    files = (EXAMPLES_FILE, SIGNS_FILE, HARMLESS_FILE)
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def sentences(screen: SafetyScreen) -> list[Sentence]:
    """Signs and near misses of the rules, further signs, harmless sentences, and what people say to the bot where no rule fires."""
    levels = {rule["id"]: rule["level"] for rule in _read(RULES_FILE)["rules"]}
    found: list[Sentence] = []
    for rule, kept in _read(EXAMPLES_FILE).items():
        found += [(str(text), LEVELS.index(levels[rule]) + 1) for text in kept["see"]]
        found += [(str(text), 0) for text in kept["leave"]]
    for level, texts in _read(SIGNS_FILE).items():
        found += [(text, LEVELS.index(level) + 1) for text in texts]
    found += [(text, 0) for text in _read(HARMLESS_FILE)["harmless"]]
    for intent, text in phrases():
        if intent == "emergency":
            found.append((text, 1))
        elif screen.screen(text).level is Level.none:
            found.append((text, 0))
    return found


def phrases() -> Iterable[tuple[str, str]]:
    """The bot's examples with their intent, entity marks taken off."""
    for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in _read(file).get("nlu", ()):
            for line in (entry.get("examples") or "").splitlines():
                if text := _MARK.sub(r"\1", line.lstrip("- ")).strip():
                    yield entry.get("intent", ""), text


def learn(target: Path = FOLDER / FILE) -> str:
    """Learn and write the table; returns a line about it."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    screen = SafetyScreen.load(with_net=False)
    found = sentences(screen)
    read = [screen.meant(text) for text, _ in found]
    said = [features(line, places, 0, min(len(line.words), WINDOW)) for line, places in read]
    rows = [{one: 1 / math.sqrt(len(row)) for one in row} for row in said]
    vectorizer = DictVectorizer()
    matrix = vectorizer.fit_transform(rows)
    weight = {0: 1.0} | dict.fromkeys(range(1, len(LEVELS) + 1), GRAVER)
    model = LogisticRegression(C=FREEDOM, max_iter=5000, class_weight=weight)
    model.fit(matrix, [level for _, level in found])
    table = (model.coef_[1:] - model.coef_[0]).T
    kept = {
        name: [round(float(one), 2) for one in row]
        for name, row in zip(vectorizer.get_feature_names_out(), table, strict=True)
        if max(abs(row)) >= LEAST
    }
    data = {
        "levels": LEVELS,
        "bias": [round(float(one), 3) for one in model.intercept_[1:] - model.intercept_[0]],
        "learned_from": sources_digest(),
        "weights": kept,
    }
    target.write_text(_written(data), "utf-8")
    return f"{len(found)} sentences, {len(kept)} of {len(table)} weights kept"


def _written(data: dict[str, Any]) -> str:
    """JSON with a weight a line, so that a change can be read."""
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(row)}" for name, row in sorted(data["weights"].items()))
    head = "".join(f" {json.dumps(key)}: {json.dumps(data[key])},\n" for key in ("levels", "bias", "learned_from"))
    return "{\n" + head + ' "weights": {\n' + rows + "\n }\n}\n"


def _read(file: Path) -> Any:
    return read_yaml(file.read_text("utf-8"))
