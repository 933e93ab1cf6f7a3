"""Moving in: how long 100,000 patients take to import, and how quickly one of them is found.

The import is the command as people run it, in a process of its own, on an embedded PostgreSQL with its usual durability: reading,
checking, looking for duplicates, sealing, tokens, audit, indexes. A search is timed from the question to the rows shown,
with its audit. `--quick` imports 10,000 and scales the time by ten; its search is on those 10,000.
"""

import asyncio
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.people import people
from care.patients import service
from core.access import Access
from core.clock import SystemClock
from core.db import Database
from core.keys import open_keys
from core.migrations import upgrade
from core.postgres import EmbeddedPostgres, as_role, libpq_url
from core.roles import APP
from core.settings import ROOT, Secrets, Settings
from service.keys import complete

FULL, QUICK = 100_000, 10_000
BOUNDS = {"import_s": ("<=", 300.0), "search_p95_ms": ("<=", 300.0)}
PREFIXES = (
    "kow",
    "now",
    "mar",
    "ann",
    "kat",
    "wis",
    "kam",
    "woj",
    "kwi",
    "zie",
    "krz",
    "jan",
    "mal",
    "szy",
    "maz",
    "ste",
)
ROUNDS = 400


def run(quick: bool) -> dict[str, float]:
    """Seconds for 100,000 (import, and a second run that finds nothing to do), milliseconds for a search at the 95th percentile."""
    count = QUICK if quick else FULL
    folder = Path(tempfile.mkdtemp(prefix="poradnia-bench-"))
    postgres = EmbeddedPostgres(folder / "postgres")
    try:
        rows = list(people(count))
        file = folder / "patients.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, list(rows[0]), delimiter=";")
            writer.writeheader()
            writer.writerows(rows)
        Secrets.make(folder / "secrets.json")
        owner = postgres.start()
        upgrade(owner)
        url = as_role(owner, APP)
        settings = Settings(data_folder=folder)
        asyncio.run(complete(settings, url))
        took, again = (_import(file, folder, url) * FULL / count for _ in range(2))
        open_keys(url, settings.secrets_now)
        times = asyncio.run(_search(url, rows, settings))
    finally:
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)
    slowest = sorted(times, key=lambda one: one[1])[-3:]
    print(f"  slowest: {', '.join(f'{kind} {seconds * 1000:.0f} ms' for kind, seconds in slowest)}", file=sys.stderr)
    for kind in sorted({kind for kind, _ in times}):
        own = sorted(seconds for one, seconds in times if one == kind)
        print(f"  {kind}: p95 {own[int(len(own) * 0.95)] * 1000:.1f} ms of {len(own)}", file=sys.stderr)
    ordered = sorted(seconds for _, seconds in times)
    return {
        "import_s": round(took, 1), "again_s": round(again, 1), "rows": count,
        "search_p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        "search_p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
    }  # fmt: skip


def _import(file: Path, folder: Path, url: str) -> float:
    environment = os.environ | {"PORADNIA_DATA_FOLDER": str(folder), "PORADNIA_DATABASE_URL": libpq_url(url)}
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "service", "import", "patients", str(file), "--lang", "en"],
        cwd=ROOT, env=environment, stdout=sys.stderr, check=False,
    )  # fmt: skip
    assert done.returncode == 0, "the import took every row"
    return time.perf_counter() - began


async def _search(url: str, rows: list[dict[str, str]], settings: Settings) -> list[tuple[str, float]]:
    """What an agent types: beginnings, full names, numbers, addresses; each must find whom it is about."""
    database, clock, chance = Database(url), SystemClock(settings.zone), random.Random(11)
    asked: list[tuple[str, str, str]] = [("beginning", one, one) for one in PREFIXES for _ in range(ROUNDS // 40)]
    for _ in range(ROUNDS // 8):
        one = chance.choice(rows)
        family = one["nazwisko"]
        plain = "".join({"ł": "l", "ó": "o", "ś": "s"}.get(letter, letter) for letter in family.lower())
        asked += [
            ("full name", f"{one['imię']} {family}", family), ("name as typed", f"{plain} {one['imię'][:3].lower()}", ""),
            ("telephone", one["telefon"], family), ("PESEL", one["PESEL"], family),
        ]  # fmt: skip
        if one["e-mail"]:
            asked.append(("mail", one["e-mail"].upper(), family))
    chance.shuffle(asked)
    times = []
    access = Access.system("bench")
    for kind, text, family in [*asked[:20], *asked]:  # The first twenty warm the pool.
        began = time.perf_counter()
        async with database.unit_of_work() as uow:
            found = await service.search(uow, access, text, clock.now())
        times.append((kind, time.perf_counter() - began))
        assert found, kind
        assert kind == "beginning" or not family or any(one.family_name == family for one in found), kind
    await database.close()
    return times[20:]
