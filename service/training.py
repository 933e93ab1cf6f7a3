"""Training the bot: the data are normalised by the same code as the messages, the model is cached by the hash of its inputs."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import yaml

from conversations import understanding
from conversations.understanding import for_dialogue
from core.errors import ConfigurationError
from core.settings import ROOT
from core.yamls import read_yaml
from service import form_rules


def blas_kernels(cpu: Path = Path("/proc/cpuinfo")) -> dict[str, str]:
    """The environment by which the bot's OpenBLAS, of early 2022, uses what the processor can do: processors younger than itself it
    takes for one of 2004, and multiplies at a third of the speed. Empty where it is told already, or nothing is known.
    """
    if "OPENBLAS_CORETYPE" in os.environ or not cpu.is_file():
        return {}
    flags = next((line.split() for line in cpu.read_text("utf-8").splitlines() if line.startswith("flags")), [])
    if {"avx512f", "avx512cd", "avx512bw", "avx512dq", "avx512vl"} <= set(flags):
        return {"OPENBLAS_CORETYPE": "SkylakeX"}
    return {"OPENBLAS_CORETYPE": "Haswell"} if {"avx2", "fma"} <= set(flags) else {}


QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_WARN_20": "0",
    "PYTHONWARNINGS": "ignore",
    "MALLOC_ARENA_MAX": "2",
    **blas_kernels(),
}
"""The environment of every Rasa process."""

FORMS = ROOT / "data" / "forms.yml"


Phrases = Mapping[tuple[str, str], Sequence[str]]
"""What the bot learns from: phrases by language and intent."""


def file_phrases() -> dict[tuple[str, str], list[str]]:
    """The phrases of `data/nlu`, as they are written there."""
    found: dict[tuple[str, str], list[str]] = {}
    for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        for entry in read_yaml(file.read_text("utf-8")).get("nlu", []):
            lines = [line.strip() for line in entry["examples"].splitlines()]
            phrases = [line[1:].strip() for line in lines if line.startswith("-")]
            found.setdefault((file.parent.name, entry["intent"]), []).extend(phrases)
    return found


def inputs() -> list[Path]:
    """Every file the model depends on, but for the phrases."""
    folders = (ROOT / "bot", ROOT / "data" / "rules", ROOT / "data" / "stories")
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".yml", ".py")]
    modules = (understanding.__file__, form_rules.__file__, __file__)
    return sorted([*files, FORMS, ROOT / "requirements" / "bot.lock", *map(Path, modules)])


def code_digest() -> str:
    """Of everything but the phrases, 16 hexadecimal digits: a model of other code must be trained again."""
    digest = hashlib.sha256()
    for file in inputs():
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def fingerprint(phrases: Phrases | None = None) -> str:
    """A digest of the inputs and the phrases (None: those of the files), 16 hexadecimal digits."""
    known = file_phrases() if phrases is None else phrases
    rows = sorted([*place, sorted(set(map(for_dialogue, texts)))] for place, texts in known.items() if texts)
    return hashlib.sha256(f"{code_digest()}\n{json.dumps(rows)}".encode()).hexdigest()[:16]


def prepare(target: Path, phrases: Phrases | None = None) -> None:
    """Write the training data as Rasa is to read them: phrases as a message would arrive, rules as they are and those of the forms."""
    known = file_phrases() if phrases is None else phrases
    for (language, intent), texts in sorted(known.items()):
        worded = list(dict.fromkeys(filter(None, map(for_dialogue, texts))))
        if not worded:
            continue
        entry = {"intent": intent, "examples": "".join(f"- {phrase}\n" for phrase in worded)}
        out = target / "nlu" / language / f"{intent}.yml"
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(yaml.safe_dump({"version": "3.1", "nlu": [entry]}, allow_unicode=True, sort_keys=False), "utf-8")
    for folder in ("rules", "stories"):
        if (ROOT / "data" / folder).is_dir():
            shutil.copytree(ROOT / "data" / folder, target / folder)
    rules = form_rules.expand(read_yaml(FORMS.read_text("utf-8")))
    (target / "rules" / "forms.yml").write_text(yaml.safe_dump(rules, sort_keys=False), "utf-8")


def train(bot_python: Path, models: Path, phrases: Phrases | None = None) -> Path:
    """The model of the present inputs: from the cache, or trained now. Returns its file.

    Two to three minutes the first time, one when little changed: the vectors of phrases learnt before are remembered beside the
    models, under digests.
    """
    model = models / f"{fingerprint(phrases)}.tar.gz"
    if model.exists():
        model.touch()
        return model
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder) / "data", phrases)
        command = [
            str(bot_python), "-m", "rasa", "train", "--domain", str(ROOT / "bot" / "domain.yml"),
            "--config", str(ROOT / "bot" / "config.yml"), "--data", f"{folder}/data", "--out", f"{folder}/out",
            "--fixed-model-name", "model", "--skip-validation",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=ROOT / "bot",
            env={
                **os.environ,
                **QUIET,
                "RASA_CACHE_DIRECTORY": f"{folder}/cache",
                "PORADNIA_TRAINING_VECTORS": f"{models}/vectors.npz",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        made = Path(folder) / "out" / "model.tar.gz"
        if done.returncode != 0 or not made.exists():
            raise ConfigurationError(f"training failed:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        shutil.move(made, model)
    for old in sorted(models.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime)[:-5]:
        old.unlink()
    return model
