"""The one migration chain of all tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from core import roles


def configuration(url: str) -> Config:
    """Alembic's configuration without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["url"] = url
    return config


def upgrade(url: str) -> None:
    """Bring the database to the newest version, as its owner, and give the roles their rights there."""
    command.upgrade(configuration(url), "head")
    roles.grant(url)


def differences(url: str) -> list[str]:
    """What the models have that the migrations do not, for the lint; empty when they agree."""
    from alembic.util import CommandError

    try:
        command.check(configuration(url))
    except CommandError as error:
        return [str(error)]
    return []
