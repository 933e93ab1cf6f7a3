"""Outside test data, where it is present: `PORADNIA_EVAL`, or shared/eval beside the project."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT


def eval_folder() -> Path | None:
    """The folder, or None."""
    candidates = [os.environ.get("PORADNIA_EVAL"), ROOT.parent / "shared" / "eval"]
    return next((Path(one) for one in candidates if one and Path(one).is_dir()), None)


def eval_json(name: str) -> Any:
    """A JSON file of it; the test that asks is skipped, visibly, where it is missing."""
    folder = eval_folder()
    if folder is None or not (folder / name).is_file():
        pytest.skip(f"eval/{name} is not here: set PORADNIA_EVAL")
    text = (folder / name).read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line] if name.endswith(".jsonl") else json.loads(text)
