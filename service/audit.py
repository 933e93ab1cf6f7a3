"""`./poradnia audit verify`: is the audit's past whole?"""

import argparse
import asyncio
import json
import time

from core.db import Database
from core.sealing import Head, Verified, verify
from core.settings import Settings
from service.bootstrap import database_url


def arguments(parser: argparse.ArgumentParser) -> None:
    """What follows `audit`."""
    acts = parser.add_subparsers(dest="act", required=True)
    check = acts.add_parser("verify", help="check every batch and row; exit code 1 if anything was changed")
    check.add_argument("--json", action="store_true")


def main(options: argparse.Namespace) -> int:
    """Verify; 0 if whole, 1 if not."""
    settings = Settings()
    began = time.monotonic()
    found = asyncio.run(_verify(settings))
    seconds = time.monotonic() - began
    if options.json:
        print(json.dumps({**found.as_json(), "seconds": round(seconds, 2)}))
    else:
        print(f"  {found.events} events in {found.batches} batches, {found.unsealed} not sealed yet, {seconds:.1f} s")
        print(f"  newest batch {found.head}: {found.head_hash}")
        if found.late:
            print(f"  {found.late} events say a time more than an hour before their batch")
        for fault in found.faults[:50]:
            rows = f": {', '.join(fault.rows)}" if fault.rows else ""
            print(f"  !! batch {fault.batch}: {fault.kind}{rows}")
        print("  whole" if found.is_whole else f"  !! NOT WHOLE, first at batch {found.faults[0].batch}")
    return 0 if found.is_whole else 1


async def _verify(settings: Settings) -> Verified:
    database = Database(database_url(settings))
    try:
        async with database.unit_of_work() as uow:
            head = Head(settings.data_folder / "audit-head.json")
            return await verify(uow, bytes.fromhex(settings.secrets["audit"]), head)
    finally:
        await database.close()
