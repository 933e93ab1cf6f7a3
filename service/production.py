"""Commands of an installation without a supervisor of ours (systemd, Kubernetes): `prepare` builds, `bot` keeps Rasa running."""

import argparse
import os
import sys
from pathlib import Path

from core.errors import ConfigurationError
from core.settings import Secrets, Settings
from service.bootstrap import database_url
from service.keeper import Keeper, Rasa
from service.setup import build_assets, step
from service.training import code_digest, train
from service.up import GIVES_WAY, bot_url, rasa_environment


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


def bot(options: argparse.Namespace, bot_python: Path | None) -> int:
    """Keep Rasa running on loopback with the published model, else the given or newest one. Reads one secret, and no key file where the
    environment has it.
    """
    settings = Settings()
    if bot_python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    url = database_url(settings)
    secret = os.environ.get("PORADNIA_SECRET_ACTIONS") or settings.secrets["actions"]
    environment = {**os.environ, **rasa_environment(settings, url, secret)}
    ports = (settings.rasa_port, settings.rasa_spare_port)
    rasa = Rasa(bot_python, ports, secret, environment, options.endpoints, GIVES_WAY)
    models = settings.data_folder / "models"
    Keeper(rasa, bot_url(settings, url), models, code_digest(), options.model or newest_model(models)).run()
    return 0


def newest_model(folder: Path) -> Path:
    """The model trained last. Raises `ConfigurationError` without one."""
    found = max(folder.glob("*.tar.gz"), key=lambda file: file.stat().st_mtime, default=None)
    if found is None:
        raise ConfigurationError(f"there is no model in {folder}: run ./poradnia prepare")
    return found
