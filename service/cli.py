"""The command line behind `./poradnia`."""

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from core import logging as logs
from core.errors import ConfigurationError
from core.i18n import LANGUAGES
from core.settings import ROOT, Settings
from service import audit, keys, moving, privacy, talk, triage
from service.maintenance import add_commands, run_backup, run_migrate, run_restore


def main(arguments: list[str]) -> int:
    """Run a command; returns the exit code. Configuration errors are said in one line."""
    parser = argparse.ArgumentParser(prog="poradnia", description="Self-hosted omnichannel patient agent")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("up", help="set up where needed and start everything")
    commands.add_parser("web", help="the web process alone")
    commands.add_parser("worker", help="the worker process alone")
    commands.add_parser("train", help="train the bot, or find its model in the cache")
    commands.add_parser("seed", help="fill an empty database with the synthetic clinic")
    screening = commands.add_parser("screen", help="safety screen: a message a line in, JSON out")
    screening.add_argument("--learn", action="store_true", help="learn the second net's weights anew from data/safety")
    reading = commands.add_parser("understand", help="a message a line in, JSON out: intent, entities, times")
    reading.add_argument(
        "--learn", action="store_true", help="learn anew what is too much for the bot, from data/rules"
    )
    reading.add_argument(
        "--at", type=datetime.fromisoformat, metavar="ISO", help="the present, for words like tomorrow"
    )
    reading.add_argument("--lang", choices=["pl", "en", "auto"], default="auto")
    reading.add_argument("--clinic-hours", action="store_true", help='read "at three" as 15:00, as the forms do')
    asked = commands.add_parser("ask", help="knowledge: a question a line in, JSON out")
    asked.add_argument("--lang", choices=["pl", "en", "auto"], default="auto")
    asked.add_argument("--drafts", action="store_true", help="search drafts too, in whatever language they have")
    articles = commands.add_parser("articles", help="articles import FILE: drafts from JSON or YAML; calibrate FILE")
    articles.add_argument("act", choices=["import", "calibrate"])
    articles.add_argument("file", type=Path)
    articles.add_argument("--dry-run", action="store_true", help="say what would change, change nothing")
    keys.arguments(commands.add_parser("keys", help="data keys: status, rotate, rewrap, retoken, export, import"))
    audit.arguments(commands.add_parser("audit", help="the audit's hash chain: verify"))
    privacy.arguments(
        commands.add_parser("privacy", help="one person: export, erase; verify a report; register, retention")
    )
    moving.arguments(commands.add_parser("import", help="patients and schedules from another system's CSV files"))
    triage.arguments(
        commands.add_parser("triage", help="run: a case a line in, JSON out; findings; table for clinicians")
    )
    case = commands.add_parser(
        "safety-case", help="the hazard log as a report: hazards, controls, their tests, what is left"
    )
    case.add_argument("--lang", choices=LANGUAGES, default="pl")
    talk.arguments(commands.add_parser("talk", help="a conversation with the running product, typed or from a script"))
    commands.add_parser("test", help="the tests; further arguments go to pytest")
    commands.add_parser("lint", help="ruff, mypy, import rules, sizes, migrations")
    staff = commands.add_parser("staff", help="staff from the command line: staff add EMAIL NAME ROLE…")
    staff.add_argument("act", choices=["add"])
    staff.add_argument("email")
    staff.add_argument("name")
    staff.add_argument("roles", nargs="+", metavar="ROLE")
    bench = commands.add_parser("bench", help="a benchmark; the last line is one JSON object")
    bench.add_argument("name")
    bench.add_argument("--quick", action="store_true")
    prepare = commands.add_parser("prepare", help="keys, pages and the bot's model, for a start without `up`")
    prepare.add_argument("--without-keys", action="store_true", help="another place keeps the keys (an image)")
    gate = commands.add_parser(
        "gate", help="one run of the gate that was asked for in the studio (the worker starts it)"
    )
    gate.add_argument("run", type=UUID)
    beside = commands.add_parser(
        "shadow", help="a candidate that reads along, as asked for in the studio (the worker starts it)"
    )
    beside.add_argument("run", type=UUID)
    dialogue = commands.add_parser("bot", help="the dialogue core alone, on loopback")
    dialogue.add_argument("--model", type=Path, help="what answers while nothing is published; else the newest")
    dialogue.add_argument("--endpoints", default="endpoints.yml", help=argparse.SUPPRESS)
    add_commands(commands)
    options, rest = _parse(parser, arguments)
    options.rest = rest
    logs.configure(os.environ.get("PORADNIA_LOG_LEVEL", "INFO"))
    handlers: dict[str, Callable[[argparse.Namespace], int]] = {
        "up": _up, "web": _web, "worker": _worker, "train": _train, "seed": _seed, "screen": _screen, "ask": _ask,
        "understand": _understand,
        "test": _test, "lint": _lint, "bench": _bench, "keys": keys.main, "audit": audit.main, "privacy": privacy.main, "staff": _staff,
        "import": moving.main, "talk": talk.main, "triage": triage.main, "articles": _articles,
        "safety-case": _safety_case,
        "prepare": _prepare, "bot": _bot, "gate": _gate,
        "shadow": _shadow, "migrate": run_migrate, "backup": run_backup, "restore": run_restore,
    }  # fmt: skip
    try:
        return handlers[options.command](options)
    except ConfigurationError as error:
        print(f"poradnia: {error}", file=sys.stderr)
        return 2


def _parse(parser: argparse.ArgumentParser, arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """What we know, and what belongs to pytest; elsewhere an unknown argument is an error."""
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command != "test":
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options, rest


def bot_python() -> Path | None:
    """The bot environment's interpreter, if there is one."""
    name = os.environ.get("PORADNIA_BOT_PYTHON") or str(ROOT / ".env" / "bot" / "bin" / "python")
    return Path(name) if Path(name).exists() else None


def _up(_: argparse.Namespace) -> int:
    from service.up import up

    return up(Settings(), bot_python())


def _web(_: argparse.Namespace) -> int:
    import uvicorn

    from core.migrations import require_current
    from service.app import create_app
    from service.bootstrap import build, database_url

    settings = Settings()
    url = database_url(settings)
    require_current(url, wait_seconds=60)
    app = create_app(build(settings, url))
    uvicorn.run(
        app,
        host=settings.web_host,
        port=settings.web_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        server_header=False,
    )
    return 0


def _worker(_: argparse.Namespace) -> int:
    from core.migrations import require_current
    from service.bootstrap import build, database_url
    from service.worker import run

    settings = Settings()
    url = database_url(settings)
    require_current(url, wait_seconds=60)
    asyncio.run(run(build(settings, url)))
    return 0


def _prepare(options: argparse.Namespace) -> int:
    from service.production import prepare

    return prepare(options, bot_python())


def _bot(options: argparse.Namespace) -> int:
    from service.production import bot

    return bot(options, bot_python())


def _gate(options: argparse.Namespace) -> int:
    from service.bootstrap import database_url
    from service.gate import run

    python = bot_python()
    if python is None:
        raise ConfigurationError("the gate needs the bot: see ./poradnia doctor")
    settings = Settings()
    asyncio.run(run(settings, database_url(settings), options.run, python))
    return 0


def _shadow(options: argparse.Namespace) -> int:
    from service.bootstrap import database_url
    from service.shadow import run

    python = bot_python()
    if python is None:
        raise ConfigurationError("shadow mode needs the bot: see ./poradnia doctor")
    settings = Settings()
    asyncio.run(run(settings, database_url(settings), options.run, python))
    return 0


def _train(_: argparse.Namespace) -> int:
    from service.training import train

    python = bot_python()
    if python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    began = time.monotonic()
    model = train(python, Settings().data_folder / "models")
    print(f"{model} ({time.monotonic() - began:.0f} s)")
    return 0


def _seed(_: argparse.Namespace) -> int:
    from core.migrations import upgrade
    from core.settings import Secrets
    from service.bootstrap import database_url, owner_url
    from service.setup import seed

    settings = Settings()
    if settings.mode == "production":
        raise ConfigurationError("production is not filled with synthetic people")
    Secrets.make(settings.data_folder / "secrets.json")
    upgrade(owner_url(settings))
    asyncio.run(seed(settings, database_url(settings)))
    return 0


def _staff(options: argparse.Namespace) -> int:
    from service.bootstrap import database_url
    from service.staff import add

    settings = Settings()
    print(asyncio.run(add(settings, database_url(settings), options.email, options.name, options.roles)))
    return 0


def _lines() -> Iterable[str]:
    for line in sys.stdin:
        yield line.rstrip("\n")


def _print(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def _screen(options: argparse.Namespace) -> int:
    from conversations.safety import default_screen

    if options.learn:
        from service.learning import learn

        print(learn())
        return 0
    for text in _lines():
        found = default_screen().screen(text)
        levels = sorted({firing.level for firing in found.firings}, reverse=True)
        _print(
            {
                "text": text,
                "level": found.level.name,
                "levels": [level.name for level in levels],
                "rules": found.rules,
                "spans": [[firing.start, firing.end, firing.rule] for firing in found.firings],
            }
        )
    return 0


def _safety_case(options: argparse.Namespace) -> int:
    from care.governance import hazards
    from service.safety_case import report

    print(report(hazards.load(), options.lang))
    return 0


def _ask(options: argparse.Namespace) -> int:
    from service.articles import answers

    for line in answers(_lines(), options.lang, with_drafts=options.drafts):
        _print(line)
    return 0


def _articles(options: argparse.Namespace) -> int:
    from service.articles import import_file
    from service.calibrating import calibrate_file

    if options.act == "calibrate":
        return calibrate_file(options.file)
    return import_file(options.file, is_dry=options.dry_run)


def _understand(options: argparse.Namespace) -> int:
    from core.clock import SystemClock
    from service.training import train
    from service.understand import Model, lines

    if options.learn:
        from service.learning_complex import learn

        print(learn())
        return 0
    settings, python = Settings(), bot_python()
    if python is None:
        raise ConfigurationError("the bot needs Python 3.10: see ./poradnia doctor")
    now = options.at or SystemClock(settings.zone).now()
    if now.tzinfo is None:
        now = now.replace(tzinfo=settings.zone)
    with Model(python, train(python, settings.data_folder / "models")) as model:
        for line in lines(
            _lines(),
            model,
            now=now,
            language=options.lang,
            clinic_hours=options.clinic_hours,
            limit=settings.max_text_length,
        ):
            _print(line)
    return 0


def _test(options: argparse.Namespace) -> int:
    from service.checks import test

    return test(options.rest)


def _lint(_: argparse.Namespace) -> int:
    from service.checks import lint

    return lint()


def _bench(options: argparse.Namespace) -> int:
    from bench import run

    return run(options.name, quick=options.quick)
