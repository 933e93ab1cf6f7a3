"""Commands of an installation without a supervisor of ours (systemd, Kubernetes): `prepare` builds, `bot` becomes Rasa."""

import argparse
import os
import sys
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import ROOT, Secrets, Settings
from service.bootstrap import database_url
from service.setup import build_assets, step
from service.training import train
from service.up import rasa_command, rasa_environment


def prepare(options: argparse.Namespace, bot_python: Path | None) -> int:
    """Pages, the bot's model and, unless another place keeps them, keys; needs no database and is safe to repeat."""
    settings = Settings()
    if not options.without_keys:
        with step("keys"):
            Secrets.make(settings.data_folder / "secrets.json")
    with step("pages"):
        build_assets()
    if bot_python is None:
        print("  !! no Python 3.10, so no bot: see ./poradnia doctor", file=sys.stderr)
        return 1
    with step("bot model"):
        train(bot_python, settings.data_folder / "models")
    return 0


def bot(bot_python: Path | None) -> int:
    """Become Rasa, on loopback, with the newest model. Reads one secret, and no key file where the environment has it."""
    settings = Settings()
    if bot_python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    model = newest_model(settings.data_folder / "models")
    secret = os.environ.get("PORADNIA_SECRET_ACTIONS") or settings.secrets["actions"]
    environment = {**os.environ, **rasa_environment(settings, database_url(settings), secret)}
    command = rasa_command(bot_python, model, settings.rasa_port, secret)
    os.chdir(ROOT / "bot")
    os.execve(command[0], command, environment)  # noqa: S606 - a fixed program, no shell


def newest_model(folder: Path) -> Path:
    """The model trained last. Raises `ConfigurationError` without one."""
    found = max(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime, default=None)
    if found is None:
        raise ConfigurationError(f"there is no model in {folder}: run ./poradnia prepare")
    return found
