"""Finding the approved article that answers a question, or saying that none does. Pure but for the embedder.

A score is the mean nearness of the question to the article's question, question with answer, and answer, in both its
languages, plus shared pieces of words and a named examination, less half of how near the article lies to everything
(some lie near to all).
Weights were chosen on tests/knowledge/dev_set.yml; thresholds are measured for each embedder (`knowledge.calibration`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.i18n import Language
from knowledge.calibration import Calibration, calibration_of
from knowledge.embedding import Embedder
from knowledge.lexical import PieceIndex, PolishLetters

PIECES_WEIGHT = 0.1
QUESTION_PIECES = 0.25
"""How much of the shared pieces counts those of the article's question alone; the rest, those of question and answer."""
SERVICE_WEIGHT = 0.05
CROWD_WEIGHT = 0.5
CROWD_SIZE = 10
CROWD_SAMPLE = 2000
CROWD_AT_ONCE = 1024
MOST_CHOICES = 3
MOST_WEIGHED = 5
LONGEST_QUESTION = 600


@dataclass(frozen=True)
class Passage:
    """One published text of one language, with its placeholders filled in."""

    article_id: str
    version: int
    topic: str
    services: frozenset[str]
    question: str
    answer: str
    source: str
    is_foreign: bool = False
    """True where the words are in another language than the index's: a draft that lacks this one."""
    translation: tuple[str, str] | None = None
    """Question and answer in the other language, if the article has it."""


@dataclass(frozen=True)
class Match:
    """An article that fits, with where it came from and how well it fits (about 0.8 to 1.1, for comparing only)."""

    article_id: str
    version: int
    question: str
    source: str
    score: float


@dataclass(frozen=True)
class Answer:
    """One article answers the question."""

    match: Match


@dataclass(frozen=True)
class Choices:
    """One to three articles may answer; ask whether, or which, was meant. Best first."""

    matches: tuple[Match, ...]


@dataclass(frozen=True)
class Unknown:
    """Nothing approved answers it; `score` is that of the nearest, for reports on gaps."""

    score: float


@dataclass(frozen=True)
class Weighed:
    """What a question found and why. `why`: `nothing-near`, `clear-lead`, `sure`, `unnamed-examination` or `several-near`."""

    found: Answer | Choices | Unknown
    near: tuple[Match, ...]
    """The nearest articles, best first, whether they count or not."""
    lead: float
    """How far the first leads the second."""
    why: str


class Index:
    """The published articles of one language, ready to be asked. Never changed after it was made."""

    def __init__(
        self,
        language: Language,
        passages: Sequence[Passage],
        embedder: Embedder,
        letters: PolishLetters | None = None,
        calibration: Calibration | None = None,
    ) -> None:
        self._calibration = calibration or calibration_of(embedder.version)
        self._language = language
        self._passages = list(passages)
        self._embedder = embedder
        self._letters = letters
        if not self._passages:
            return
        questions = [passage.question for passage in self._passages]
        whole = [f"{passage.question} {passage.answer}" for passage in self._passages]
        asked = embedder.passages(questions)
        # The mean of nearnesses is the nearness to the mean.
        self._meaning = (asked + embedder.passages(whole) + embedder.passages([p.answer for p in self._passages])) / 3
        self._add_translations()
        self._by_question, self._by_whole = PieceIndex(questions), PieceIndex(whole)
        self._crowd = self._nearness_to_all(asked)

    def _add_translations(self) -> None:
        """Let a share of an article's meaning be that of its other language: the same question comes in either."""
        places = [place for place, passage in enumerate(self._passages) if passage.translation]
        share = self._calibration.translation
        if not places or not share:
            return
        texts = [passage.translation for passage in self._passages if passage.translation]
        parts = [
            self._embedder.passages(words)
            for words in ([q for q, _ in texts], [f"{q} {a}" for q, a in texts], [a for _, a in texts])
        ]
        self._meaning[places] = (1 - share) * self._meaning[places] + share * sum(parts) / 3

    def ask(
        self, question: str, topic: str | None = None, services: Collection[str] = frozenset()
    ) -> Answer | Choices | Unknown:
        """The answer, up to three choices, or unknown. `topic` narrows to articles of it if there are any; `services`
        are the codes of examinations named in the question.
        """
        return self.weigh(question, topic, services).found

    def weigh(self, question: str, topic: str | None = None, services: Collection[str] = frozenset()) -> Weighed:
        """As `ask`, with the nearest articles and why it came out so."""
        text = " ".join(question.split())[:LONGEST_QUESTION]
        if not self._passages or not any(character.isalpha() for character in text):
            return Weighed(Unknown(0.0), (), 0.0, "nothing-near")
        scores = self.scores(text, services)
        eligible = [place for place, passage in enumerate(self._passages) if topic in (None, passage.topic)]
        order = sorted(eligible or range(len(self._passages)), key=lambda place: -scores[place])
        best = float(scores[order[0]])
        limits = self._calibration
        lead = best - float(scores[order[1]]) if len(order) > 1 else 1.0
        shown = tuple(self._match(place, float(scores[place])) for place in order[:MOST_WEIGHED])
        if best < limits.lowest[self._language]:
            return Weighed(Unknown(best), shown, lead, "nothing-near")
        is_clear = lead >= limits.clear_lead or (best >= limits.sure[self._language] and lead > limits.clear_lead / 3)
        would_guess = self._would_guess(self._passages[order[0]], services)
        if is_clear and not would_guess:
            return Weighed(Answer(shown[0]), shown, lead, "clear-lead" if lead >= limits.clear_lead else "sure")
        near = [place for place in order[:MOST_CHOICES] if best - float(scores[place]) <= limits.choices_within]
        offered = Choices(tuple(self._match(place, float(scores[place])) for place in near))
        return Weighed(offered, shown, lead, "unnamed-examination" if would_guess else "several-near")

    def _would_guess(self, passage: Passage, services: Collection[str]) -> bool:
        """True for the preparation to an examination nobody named: the wrong one does harm, so ask which is meant."""
        return passage.topic == "prepare" and bool(passage.services) and not passage.services & set(services)

    def scores(self, text: str, services: Collection[str] = frozenset()) -> npt.NDArray[np.float64]:
        """How well each article fits, in the order of the passages."""
        meant = self._letters.restore(text) if self._letters else text
        vector = self._embedder.questions([meant])[0]
        near = self._meaning @ vector
        pieces = QUESTION_PIECES * self._by_question.scores(text) + (1 - QUESTION_PIECES) * self._by_whole.scores(text)
        named = np.array([bool(passage.services & set(services)) for passage in self._passages])
        lone = np.array([0 if p.translation else 1 if p.is_foreign else -1 for p in self._passages])
        scores: npt.NDArray[np.float64] = (
            near
            + PIECES_WEIGHT * pieces
            + SERVICE_WEIGHT * named
            + self._calibration.lone * lone
            - CROWD_WEIGHT * self._crowd
        )
        return scores

    def is_of(self, embedder: Embedder | None) -> bool:
        """True if that embedder made it."""
        return embedder is self._embedder

    @property
    def passages(self) -> list[Passage]:
        """What it was made of."""
        return self._passages

    @property
    def article_ids(self) -> list[str]:
        """The ids in the order of `scores`."""
        return [passage.article_id for passage in self._passages]

    def _nearness_to_all(self, questions: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """How much nearer than the average article each one lies to the questions of its ten nearest others.

        In a large library the others are a fixed sample, and ten of all become as large a share of it, at least one.
        """
        total = len(self._passages)
        every = max(1, total // CROWD_SAMPLE)
        size = min(max(1, CROWD_SIZE // every), total - 1)
        if size < 1:
            return np.zeros(total)
        sampled = np.arange(0, total, every)
        nearest = np.empty(total, np.float64)
        for first in range(0, total, CROWD_AT_ONCE):
            here = np.arange(first, min(first + CROWD_AT_ONCE, total))
            near = self._meaning[here] @ questions[sampled].T
            near[here[:, None] == sampled[None, :]] = -np.inf
            nearest[here] = np.partition(near, -size, axis=1)[:, -size:].mean(axis=1)
        crowd: npt.NDArray[np.float64] = nearest - nearest.mean()
        return crowd

    def _match(self, place: int, score: float) -> Match:
        passage = self._passages[place]
        return Match(passage.article_id, passage.version, passage.question, passage.source, round(score, 4))
