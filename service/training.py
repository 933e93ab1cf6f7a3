"""Training the bot: the data are normalised by the same code as the messages, the model is cached by the hash of its inputs."""

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from conversations import understanding
from conversations.understanding import for_dialogue
from core.errors import ConfigurationError
from core.settings import ROOT
from service import form_rules

QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_WARN_20": "0",
    "PYTHONWARNINGS": "ignore",
    "MALLOC_ARENA_MAX": "2",
}


FORMS = ROOT / "data" / "forms.yml"


def inputs() -> list[Path]:
    """Every file the model depends on."""
    folders = (ROOT / "bot", ROOT / "data" / "nlu", ROOT / "data" / "rules", ROOT / "data" / "stories")
    files = [file for folder in folders for file in folder.rglob("*") if file.suffix in (".yml", ".py")]
    modules = (understanding.__file__, form_rules.__file__, __file__)
    return sorted([*files, FORMS, ROOT / "requirements" / "bot.lock", *map(Path, modules)])


def fingerprint() -> str:
    """A digest of the inputs, 16 hexadecimal digits."""
    digest = hashlib.sha256()
    for file in inputs():
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def prepare(target: Path) -> None:
    """Write the training data as Rasa is to read them: phrases as a message would arrive, rules as they are and those of the forms."""
    for file in sorted((ROOT / "data" / "nlu").rglob("*.yml")):
        data: dict[str, Any] = yaml.safe_load(file.read_text("utf-8"))
        for entry in data.get("nlu", []):
            phrases = [
                line.strip()[1:].strip() for line in entry["examples"].splitlines() if line.strip().startswith("-")
            ]
            worded = list(dict.fromkeys(filter(None, map(for_dialogue, phrases))))
            entry["examples"] = "".join(f"- {phrase}\n" for phrase in worded)
        out = target / "nlu" / file.parent.name / file.name
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    for folder in ("rules", "stories"):
        if (ROOT / "data" / folder).is_dir():
            shutil.copytree(ROOT / "data" / folder, target / folder)
    rules = form_rules.expand(yaml.safe_load(FORMS.read_text("utf-8")))
    (target / "rules" / "forms.yml").write_text(yaml.safe_dump(rules, sort_keys=False), "utf-8")


def train(bot_python: Path, models: Path) -> Path:
    """The model of the present inputs: from the cache, or trained now (about two minutes). Returns its file."""
    model = models / f"{fingerprint()}.tar.gz"
    if model.exists():
        return model
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        prepare(Path(folder) / "data")
        command = [
            str(bot_python), "-m", "rasa", "train", "--domain", str(ROOT / "bot" / "domain.yml"),
            "--config", str(ROOT / "bot" / "config.yml"), "--data", f"{folder}/data", "--out", f"{folder}/out",
            "--fixed-model-name", "model", "--skip-validation",
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=ROOT / "bot",
            env={**os.environ, **QUIET, "RASA_CACHE_DIRECTORY": f"{folder}/cache"},
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
