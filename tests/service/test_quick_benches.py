"""Benchmarks that are also promises, in short: killed processes lose nothing, and patients reach their goal (real product each)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def held(name: str) -> dict[str, Any]:
    """The figures of `./poradnia bench NAME --quick`, whose bounds must hold."""
    done = subprocess.run(
        [sys.executable, "-m", "service", "bench", name, "--quick"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stdout.strip(), done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["holds"] and done.returncode == 0, f"{told['figures']}\n{done.stderr[-5000:]}"
    figures: dict[str, Any] = told["figures"]
    return figures


@pytest.mark.timeout(900)
def test_processes_killed_at_random_lose_nothing_and_do_nothing_twice() -> None:
    assert held("chaos")["messages"] > 0


@pytest.mark.timeout(600)
def test_scripted_callers_reach_their_goal_and_no_call_loses_its_state() -> None:
    figures = held("voice")
    assert figures["scripts"] >= 7 and figures["states_lost"] == 0


@pytest.mark.timeout(600)
def test_scripted_patients_reach_their_goal_in_both_languages_and_on_both_channels() -> None:
    assert held("dialogues")["scripts"] >= 15
