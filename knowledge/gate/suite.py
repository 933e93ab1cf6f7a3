"""Conversations as scripts: those that came with the product, which nobody can put aside, and the clinic's own."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from core.settings import ROOT
from core.yamls import read_yaml

SUITE = ROOT / "data" / "rehearsals"
CHANNELS = ("sms", "webchat")
"""Where a conversation can be replayed."""


@dataclass(frozen=True)
class Script:
    """A conversation to replay. `test_id` None: it came with the product and always counts. `counts`: it has passed before."""

    name: str
    language: str
    channel: str
    steps: Sequence[dict[str, Any]]
    test_id: UUID | None = None
    counts: bool = True


def shipped(folder: Path = SUITE, *, without: Collection[str] = ()) -> list[Script]:
    """The conversations that came with the product, for each of their channels. One about a goal `without` which the clinic does
    (merged into another) is held and told of, and does not count.
    """
    found = []
    for file in sorted(folder.glob("*.yml")):
        for entry in read_yaml(file.read_text("utf-8"))["conversations"]:
            steps = [{"say": step["say"], "expect": step["expect"].split()} for step in entry["steps"]]
            counts = entry.get("goal") not in without
            found += [Script(entry["name"], file.stem, channel, steps, counts=counts) for channel in CHANNELS]
    return found
