"""How well a model understands utterances that no training has: before and after, by intent, with what is taken for what."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.settings import ROOT
from core.yamls import read_yaml
from knowledge.asked import Asked

JUDGED = ROOT / "data" / "judged"
MAY_FALL = 0.02
"""So much less of all utterances may be understood; more is refused."""
MOST_CONFUSIONS = 12
NOT_SURE = "nlu_fallback"
"""What a model says when it would ask back, or that it did not understand."""

Figures = dict[str, Any]
"""`{"right", "total", "intents": {intent: [right, total]}, "confused": [[right, taken for, count], …], "merged": {intent: into}}`."""


def utterances(folder: Path = JUDGED) -> list[tuple[str, str]]:
    """Utterances with their intents, of both languages."""
    found = []
    for file in sorted(folder.glob("*.yml")):
        for intent, texts in read_yaml(file.read_text("utf-8")).items():
            found += [(text, intent) for text in texts]
    return found


def judge(wanted: Sequence[tuple[str, str]], got: Sequence[str], merged: Mapping[str, str] | None = None) -> Figures:
    """Count. Who asks for a goal that is `merged` into another is understood by being taken for the other."""
    merged = dict(merged or {})
    wanted = [(text, merged.get(intent, intent)) for text, intent in wanted]
    intents: dict[str, list[int]] = {}
    confused: Counter[tuple[str, str]] = Counter()
    for (_, intent), came in zip(wanted, got, strict=True):
        counted = intents.setdefault(intent, [0, 0])
        counted[1] += 1
        if came == intent:
            counted[0] += 1
        else:
            confused[intent, came] += 1
    right = sum(counted[0] for counted in intents.values())
    ranked = [[wrong[0], wrong[1], count] for wrong, count in confused.most_common()]
    return {"right": right, "total": len(wanted), "intents": intents, "confused": ranked, "merged": merged}


def against(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """What stands against publishing: keys of the catalogue with arguments. Nothing to compare with: nothing stands against it."""
    if before is None:
        return []
    found = []
    shares = [one["right"] / max(one["total"], 1) for one in (before, after)]
    if shares[1] < shares[0] - MAY_FALL:
        percents = [f"{100 * share:.1f}" for share in shares]
        found.append(("gate-judged-fell", {"before": percents[0], "after": percents[1]}))
    # Goals of which one is merged into the other, before or after, are compared together.
    merged = {**before.get("merged", {}), **after.get("merged", {})}
    counts = [_together(one["intents"], merged) for one in (before, after)]
    for intent, (right, total) in counts[0].items():
        now = counts[1].get(intent, [0, 0])[0]
        if right >= 3 and now * 2 < right:
            found.append(
                ("gate-intent-lost", {"intent": intent, "before": str(right), "after": str(now), "total": str(total)})
            )
    return found


def _together(intents: Mapping[str, Sequence[int]], merged: Mapping[str, str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for intent, (right, total) in intents.items():
        counted = found.setdefault(merged.get(intent, intent), [0, 0])
        counted[0], counted[1] = counted[0] + right, counted[1] + total
    return found


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Confusions of either model, with both counts, those that changed most first."""
    counts = [
        {(right, taken): count for right, taken, count in (one or {"confused": []})["confused"]}
        for one in (before, after)
    ]
    rows = [
        {"intent": pair[0], "taken_for": pair[1], "before": counts[0].get(pair, 0), "after": counts[1].get(pair, 0)}
        for pair in {*counts[0], *counts[1]}
    ]
    rows.sort(key=lambda row: (-abs(row["after"] - row["before"]), -row["after"], row["intent"], row["taken_for"]))
    return [row for row in rows if row["before"] != row["after"]][:MOST_CONFUSIONS]


def changed(questions: Sequence[Asked], before: Sequence[str], after: Sequence[str]) -> list[dict[str, Any]]:
    """The questions that would be taken otherwise, those no longer understood first; None: it would be asked back.

    `[{"message", "language", "before", "after"}]`, without a word of them.
    """
    rows = [
        {"message": str(one.message_id), "language": one.language, "before": _sure(old), "after": _sure(new)}
        for one, old, new in zip(questions, before, after, strict=True) if old != new
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["after"] is not None, row["before"] is None))


def _sure(intent: str) -> str | None:
    return None if intent == NOT_SURE else intent
