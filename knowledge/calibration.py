"""Above which score an article answers: measured for each embedder on questions whose articles are known, never guessed.

Scores of two embedders have nothing in common, so an embedder without measured thresholds answers nothing at all. What was
measured stands in `data/knowledge/calibrations.json`, and for an installation's own embedder in its data folder.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.errors import ConfigurationError
from core.i18n import Language
from core.settings import ROOT

SHIPPED = ROOT / "data" / "knowledge" / "calibrations.json"
MOST_WRONG = 0.08
MOST_TAKEN = 0.10
LEAST_REFUSED = 0.75
"""What the chosen thresholds must keep to on the questions given: answered wrongly, answered though nothing approved does, refused."""


@dataclass(frozen=True)
class Calibration:
    """Below `lowest` nothing approved answers. Between it and `sure` a clear lead is needed, else choices are offered.

    `translation`: the share of an article's meaning that its other language has, 0 for an embedder of one language. `lone`: how
    much nearer a text lies to its own language than to both, and to the other further.
    """

    lowest: Mapping[Language, float]
    sure: Mapping[Language, float]
    clear_lead: float
    choices_within: float
    translation: float = 0.0
    lone: float = 0.0


@dataclass(frozen=True)
class Scored:
    """One question whose article is known (None: none answers it), with the score of every article."""

    language: Language
    scores: npt.NDArray[np.float64]
    right: int | None


def calibration_of(version: str, own: Path | None = None) -> Calibration:
    """The thresholds of an embedder. Raises `ConfigurationError` where none were measured."""
    for file in (own, SHIPPED):
        known = json.loads(file.read_text("utf-8")) if file is not None and file.exists() else {}
        if version in known:
            return Calibration(**known[version])
    raise ConfigurationError(
        f"no thresholds were measured for the embedder {version}: run ./poradnia articles calibrate FILE with questions"
    )


def keep(file: Path, version: str, found: Calibration) -> None:
    """Write them beside those of other embedders."""
    known = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(known | {version: asdict(found)}, indent=2) + "\n", "utf-8")
    unfinished.replace(file)


def measure(questions: Sequence[Scored]) -> Calibration:
    """The thresholds that reach most questions' articles within the limits above; else those that come nearest to the limits.

    Each language has its own `lowest` and `sure`; the leads are shared.
    """
    spread = float(np.mean([np.std(one.scores) for one in questions]))
    best: tuple[tuple[float, ...], Calibration] | None = None
    for lead, within in product((0.2, 0.4, 0.7, 1.0, 1.5), (1.0, 1.5, 2.0)):
        chosen: dict[Language, tuple[float, float]] = {}
        worth: list[float] = []
        for language in sorted({one.language for one in questions}):
            mine = [one for one in questions if one.language == language]
            value, limits = max(
                (_worth(mine, limits, lead * spread, within * spread), limits) for limits in _candidates(mine)
            )
            chosen[language] = limits
            worth += value
        found = Calibration(
            {language: round(limits[0], 4) for language, limits in chosen.items()},
            {language: round(limits[1], 4) for language, limits in chosen.items()},
            round(lead * spread, 4), round(within * spread, 4),
        )  # fmt: skip
        total = (min(worth[::2]), sum(worth[1::2]))
        if best is None or total > best[0]:
            best = (total, found)
    if best is None:
        raise ConfigurationError("there are no questions to measure with")
    return best[1]


def _candidates(questions: Sequence[Scored]) -> Iterator[tuple[float, float]]:
    tops = np.quantile([one.scores.max() for one in questions], np.linspace(0, 1, 41))
    for lowest, sure in product(tops, tops):
        if sure >= lowest:
            yield float(lowest), float(sure)


def _worth(questions: Sequence[Scored], limits: tuple[float, float], lead: float, within: float) -> tuple[float, float]:
    """First whether the limits are kept to (0, or how far off), then the share reached with answers worth more than choices."""
    reached = wrong = refused = taken = 0.0
    inside = sum(one.right is not None for one in questions)
    outside = len(questions) - inside
    for one in questions:
        order = np.argsort(-one.scores)[:3]
        best = float(one.scores[order[0]])
        ahead = best - float(one.scores[order[1]]) if len(order) > 1 else 1.0
        if best < limits[0]:
            refused += one.right is None
        elif ahead >= lead or (best >= limits[1] and ahead > lead / 3):
            reached += one.right == order[0]
            wrong += one.right is not None and one.right != order[0]
            taken += one.right is None
        elif one.right in [int(at) for at in order if best - float(one.scores[at]) <= within]:
            reached += 0.8
    over = max(0.0, wrong / max(inside, 1) - MOST_WRONG) + max(0.0, taken / max(outside, 1) - MOST_TAKEN)
    over += max(0.0, LEAST_REFUSED - refused / outside) if outside else 0.0
    return -over, reached / max(inside, 1)
