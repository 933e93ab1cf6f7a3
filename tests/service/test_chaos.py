"""The small storm of `./poradnia bench chaos --quick`: web, worker, Rasa and PostgreSQL killed at random while patients text."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(900)
def test_processes_killed_at_random_lose_nothing_and_do_nothing_twice() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service", "bench", "chaos", "--quick"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stdout.strip(), done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["holds"] and done.returncode == 0, told["figures"]
    assert told["figures"]["messages"] > 0
