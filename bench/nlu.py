"""How well messages are understood, and what it costs.

On phrasings of our own whose families the bot never saw (tests/bot/heldout) and on some as people speak (tests/bot/blind,
tests/bot/spoken, tests/bot/calls), judged by the trained model as the product loads it; and on other people's data, kept outside
the project: the same components with the same settings (bot/measure.py), trained on theirs. A share right counts the intent ranked
first, whatever the confidence; beside it stand the shares right or among the choices offered, asked back, and acted on wrongly. For
CLINC150 the threshold of rejection is the one that rejects most of `val`'s out-of-scope texts while at least 95 % of its others
stay right; HINT3 has no such part, so it takes CLINC150's.
Times are of one message at a time. Run it on a quiet machine.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil

from bench.dates import ABSENT
from conversations.choosing import Ranked, choices, is_clear
from conversations.understanding import for_dialogue
from core.errors import ConfigurationError
from core.settings import ROOT, Settings
from service.cli import bot_python
from service.training import QUIET, train
from service.understand import Model

BOUNDS = {
    "heldout_pl": (">=", 0.92),
    "heldout_en": (">=", 0.92),
    "heldout_pl_plain": (">=", 0.88),
    "clinc_in_scope": (">=", 0.94),
    "clinc_oos_recall": (">=", 0.65),
    "hint3_in_scope": (">=", 0.86),
    "hint3_oos_recall": (">=", 0.60),
    "understand_p95_ms": ("<=", 60),
    "train_s": ("<=", 120),
    "start_s": ("<=", 25),
    "rasa_mb": ("<=", 900),
}
KEPT_ON_VAL = 0.95
OUTSIDE = "out_of_scope"
QUICK_ROWS = 100
Row = tuple[str, str]
Likely = list[list[tuple[str, float]]]


def run(quick: bool = False) -> dict[str, float]:
    """All figures. `quick` leaves out what trains anew (its figures are then -1), and asks fewer phrases."""
    python = bot_python()
    if python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    figures = dict.fromkeys(BOUNDS, ABSENT)
    model = train(python, Settings().data_folder / "models")
    with Model(python, model) as understanding:
        figures |= _held_out(understanding, QUICK_ROWS if quick else None)
    figures |= _process(python, model)
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            train(python, Path(folder))
            figures["train_s"] = round(time.monotonic() - began, 1)
        figures |= _outside(python)
    return figures


def _held_out(model: Model, most: int | None) -> dict[str, float]:
    from tests.bot.training_data import hasty, kept_apart

    figures: dict[str, float] = {}
    took: list[float] = []
    plain = [(hasty(text), intent) for text, intent in kept_apart("heldout", "pl")]
    for name, rows in (
        ("heldout_pl", kept_apart("heldout", "pl")),
        ("heldout_en", kept_apart("heldout", "en")),
        ("heldout_pl_plain", plain),
        ("blind_pl", kept_apart("blind", "pl")),
        ("blind_en", kept_apart("blind", "en")),
        ("spoken_pl", kept_apart("spoken", "pl")),
        ("spoken_en", kept_apart("spoken", "en")),
        ("calls_pl", kept_apart("calls", "pl")),
        ("calls_en", kept_apart("calls", "en")),
    ):
        asked = rows[:: max(1, len(rows) // most)] if most else rows
        right = offered = questions = mistaken = 0
        for text, intent in asked:
            began = time.perf_counter()
            found = model.understood(for_dialogue(text))
            took.append(time.perf_counter() - began)
            right += found["intent"] == intent
            ranking = [Ranked(one["intent"], one["confidence"]) for one in found["ranking"]]
            offered += found["intent"] == intent or intent in choices(ranking)
            questions += not is_clear(ranking)
            mistaken += found["intent"] != intent and is_clear(ranking)
        figures[name] = round(right / len(asked), 4)
        figures[f"{name}_or_offered"] = round(offered / len(asked), 4)
        figures[f"{name}_asked_back"] = round(questions / len(asked), 4)
        figures[f"{name}_wrong_act"] = round(mistaken / len(asked), 4)
        print(f"{name}: {figures[name]:.3f}, or among the choices {offered / len(asked):.3f}", file=sys.stderr)
    took.sort()
    figures["understand_p95_ms"] = round(took[int(len(took) * 0.95)] * 1000, 1)
    return figures


def _process(python: Path, model: Path) -> dict[str, float]:
    """How long a bare Rasa takes to answer, and its resident memory in MB after a hundred messages."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        str(python), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--enable-api", "--model", str(model),
    ]  # fmt: skip
    environment = {**os.environ, **QUIET, "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as folder:
        endpoints = Path(folder) / "endpoints.yml"
        endpoints.write_text("tracker_store:\n  type: InMemory\n", encoding="utf-8")
        began = time.monotonic()
        process = subprocess.Popen(
            [*command, "--endpoints", str(endpoints)],
            cwd=ROOT / "bot",
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
                while not _answers(client):
                    if process.poll() is not None or time.monotonic() - began > 180:
                        raise ConfigurationError("Rasa did not start")
                    time.sleep(0.1)
                started = time.monotonic() - began
                for number in range(100):
                    client.post("/model/parse", json={"text": f"chcę się umówić na wizytę {number}"})
            return {
                "start_s": round(started, 1),
                "rasa_mb": round(psutil.Process(process.pid).memory_info().rss / 1e6),
            }
        finally:
            process.terminate()
            process.wait(20)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/status").status_code == 200
    except httpx.TransportError:
        return False


def _outside(python: Path) -> dict[str, float]:
    beside = Path(__file__).resolve().parents[2] / "shared" / "eval"
    folder = Path(os.environ.get("PORADNIA_EVAL", str(beside))) / "nlu"
    if not folder.is_dir():
        print("the outside data is absent: its figures are -1", file=sys.stderr)
        return {}
    clinc = _rows(folder / "clinc150_small.jsonl", {"oos": OUTSIDE})
    parts = ("val", "oos_val", "test", "oos_test")
    likely = _judged(python, clinc["train"] + clinc["oos_train"], [clinc[part] for part in parts])
    threshold = _threshold(likely[0], clinc["val"], likely[1])
    figures = {
        "clinc_threshold": threshold,
        "clinc_in_scope": _share(likely[2], clinc["test"], threshold),
        "clinc_oos_recall": _rejected(likely[3], threshold),
    }
    hint = _rows(folder / "hint3_v1_curekart.jsonl", {"NO_NODES_DETECTED": OUTSIDE})
    inside = [row for row in hint["test"] if row[1] != OUTSIDE]
    likely = _judged(python, hint["train"], [inside, [row for row in hint["test"] if row[1] == OUTSIDE]])
    figures["hint3_in_scope"] = _share(likely[0], inside, threshold)
    figures["hint3_in_scope_unrejected"] = _share(likely[0], inside, 0.0)
    figures["hint3_oos_recall"] = _rejected(likely[1], threshold)
    return figures


def _rows(file: Path, renamed: dict[str, str]) -> dict[str, list[Row]]:
    parts: dict[str, list[Row]] = {}
    for line in file.read_text("utf-8").splitlines():
        row = json.loads(line)
        words = for_dialogue(row["text"])
        if words:
            parts.setdefault(row["split"], []).append((words, renamed.get(row["intent"], row["intent"])))
    return parts


def _judged(python: Path, taught: list[Row], asked: list[list[Row]]) -> list[Likely]:
    told = {"train": taught, "asked": [text for part in asked for text, _ in part]}
    done = subprocess.run(
        [str(python), "measure.py"],
        cwd=ROOT / "bot", env={**os.environ, **QUIET}, input=json.dumps(told), capture_output=True, text=True, check=True,
    )  # fmt: skip
    answers = iter(json.loads(done.stdout)["likely"])
    return [[next(answers) for _ in part] for part in asked]


def _first(likely: list[tuple[str, float]], threshold: float) -> str:
    """The likeliest goal if it is likely enough; what was learnt as outside never counts as a goal."""
    goals = [(name, confidence) for name, confidence in likely if name != OUTSIDE]
    return goals[0][0] if goals and goals[0][1] >= threshold else OUTSIDE


def _share(likely: Likely, rows: list[Row], threshold: float) -> float:
    right = sum(_first(one, threshold) == intent for one, (_, intent) in zip(likely, rows, strict=True))
    return round(right / len(rows), 4)


def _rejected(likely: Likely, threshold: float) -> float:
    return round(sum(_first(one, threshold) == OUTSIDE for one in likely) / len(likely), 4)


def _threshold(inside: Likely, rows: list[Row], outside: Likely) -> float:
    fitting = [step / 100 for step in range(100) if _share(inside, rows, step / 100) >= KEPT_ON_VAL]
    return max(fitting, key=lambda threshold: (_rejected(outside, threshold), threshold), default=0.0)
