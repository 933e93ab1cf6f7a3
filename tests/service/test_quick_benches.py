"""Benchmarks that are also promises, in short: killed processes lose nothing, and patients reach their goal (real product each)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.quiet


def held(name: str, *but: str) -> dict[str, Any]:
    """The figures of `./poradnia bench NAME --quick`, whose bounds must hold; those of `but` are the whole benchmark's alone."""
    done = subprocess.run(
        [sys.executable, "-m", "service", "bench", name, "--quick"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stdout.strip(), done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    figures: dict[str, Any] = told["figures"]
    broken = {
        key: figures[key]
        for key, (side, bound) in told["bounds"].items()
        if key not in but and not (figures[key] <= bound if side == "<=" else figures[key] >= bound)
    }
    assert not broken and (but or done.returncode == 0), f"{broken}\n{figures}\n{done.stderr[-5000:]}"
    return figures


@pytest.mark.timeout(900)
def test_processes_killed_at_random_lose_nothing_and_do_nothing_twice() -> None:
    assert held("chaos")["messages"] > 0


@pytest.mark.timeout(600)
def test_scripted_patients_reach_their_goal_in_both_languages_and_on_both_channels() -> None:
    assert held("dialogues")["scripts"] >= 15


@pytest.mark.timeout(600)
def test_callers_reach_their_goal_and_none_of_them_loses_a_word() -> None:
    """The seconds to the first word are for a quiet machine: `./poradnia bench voice`."""
    assert held("voice", "first_token_p95_ms", "first_token_p95_ms_20")["goals_reached"] == 1
