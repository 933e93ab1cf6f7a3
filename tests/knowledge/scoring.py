"""Counts how a set of questions is answered."""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from care.folding import fold
from core.db import UnitOfWork
from core.i18n import Language
from knowledge.retrieval import Answer, Choices, Unknown
from knowledge.service import Library

HERE = Path(__file__).parent


@dataclass
class Tally:
    """What became of the questions of one set, as shares from 0 to 1."""

    in_scope: int = 0
    nearest: int = 0
    answered: int = 0
    offered: int = 0
    lost: int = 0
    wrong: list[str] = field(default_factory=list)
    out_of_scope: int = 0
    refused: int = 0
    taken: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """top1: the right article is nearest; reached: answered with it or offered among at most three."""
        return {
            "top1": round(self.nearest / self.in_scope, 3),
            "reached": round((self.answered + self.offered) / self.in_scope, 3),
            "answered_right": round(self.answered / self.in_scope, 3),
            "answered_wrong": round(len(self.wrong) / self.in_scope, 3),
            "lost": round(self.lost / self.in_scope, 3),
            "refused_out_of_scope": round(self.refused / self.out_of_scope, 3),
            "answered_out_of_scope": round(len(self.taken) / self.out_of_scope, 3),
        }


async def tally(library: Library, uow: UnitOfWork, name: str, language: Language, *, plain: bool = False) -> Tally:
    """Ask every question of the set; `plain` without Polish letters."""
    result = Tally()
    for question, expected in yaml.safe_load((HERE / name).read_text("utf-8"))[language]:
        text = fold(question) if plain else question
        found = await library.ask(uow, text, language)
        if expected is None:
            result.out_of_scope += 1
            result.refused += isinstance(found, Unknown)
            if isinstance(found, Answer):
                result.taken.append(f"{text} -> {found.match.article_id} {found.match.score}")
            continue
        result.in_scope += 1
        result.nearest += (await library.nearest(uow, text, language)) == expected
        if isinstance(found, Answer):
            if found.match.article_id == expected:
                result.answered += 1
            else:
                result.wrong.append(f"{text} -> {found.match.article_id} {found.match.score}")
        elif isinstance(found, Choices):
            result.offered += expected in {match.article_id for match in found.matches}
        else:
            result.lost += 1
    return result
