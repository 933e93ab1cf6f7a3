"""`articles calibrate FILE`: above which scores an embedder's nearest article answers, measured on the clinic's own questions.

FILE is YAML: for `pl` and `en` a list of `[question, article id]`, `null` where no article answers.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import yaml

from core.db import Database
from core.errors import ConfigurationError
from core.i18n import LANGUAGES, Language
from core.settings import Settings
from core.yamls import read_yaml
from knowledge.calibration import Calibration, Scored, keep, measure
from knowledge.embedding import make_embedder
from knowledge.service import Library
from service.articles import opened

UNMEASURED = Calibration({"pl": 0.0, "en": 0.0}, {"pl": 0.0, "en": 0.0}, 0.0, 0.0)
FEWEST = 20
"""Questions of a language, with and without an article: fewer measure nothing."""


def calibrate_file(file: Path) -> int:
    """Measure the configured embedder and keep what was found in the data folder. Prints it."""
    rows = questions_of(file)
    settings = Settings()
    with opened(settings) as url:
        version, found = asyncio.run(_measured(settings, url, rows))
    keep(settings.thresholds, version, found)
    print(json.dumps({"embedder": version, "lowest": dict(found.lowest), "sure": dict(found.sure)}))
    return 0


def questions_of(file: Path) -> list[tuple[Language, str, str | None]]:
    """The questions. Raises `ConfigurationError` where the file is not as said above, or holds too few."""
    try:
        known: Any = read_yaml(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{file} cannot be read as YAML") from error
    rows: list[tuple[Language, str, str | None]] = []
    for language in LANGUAGES:
        listed = known.get(language) if isinstance(known, dict) else None
        for row in listed if isinstance(listed, list) else []:
            if not (
                isinstance(row, list) and len(row) == 2 and isinstance(row[0], str) and isinstance(row[1], str | None)
            ):
                raise ConfigurationError(f"{file}: {row!r} is no question with an article's id or null")
            rows.append((language, row[0], row[1]))
        mine = [right for of, _, right in rows if of == language]
        if len(mine) < FEWEST or None not in mine or mine.count(None) == len(mine):
            raise ConfigurationError(
                f"{file}: {language} needs {FEWEST} questions, some with an article and some with null"
            )
    return rows


async def scored(database: Database, library: Library, rows: list[tuple[Language, str, str | None]]) -> list[Scored]:
    """Each question with the score of every article. Raises `ConfigurationError` for an id that is not published."""
    found = []
    async with database.unit_of_work() as uow:
        for language, question, right in rows:
            ids, scores = await library.scores(uow, question, language)
            if right is not None and right not in ids:
                raise ConfigurationError(f"there is no published article {right}")
            found.append(Scored(language, scores, ids.index(right) if right is not None else None))
    return found


async def _measured(
    settings: Settings, url: str, rows: list[tuple[Language, str, str | None]]
) -> tuple[str, Calibration]:
    database = Database(url)
    embedder = make_embedder(settings.embedder)
    try:
        library = Library(embedder, calibration=UNMEASURED)
        return embedder.version, measure(await scored(database, library, rows))
    finally:
        await database.close()
