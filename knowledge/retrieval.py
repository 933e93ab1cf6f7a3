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
from knowledge.crowd import Crowd
from knowledge.embedding import Embedder, Vectors
from knowledge.lexical import PieceIndex, PolishLetters

PIECES_WEIGHT = 0.1
QUESTION_PIECES = 0.25
"""How much of the shared pieces counts those of the article's question alone; the rest, those of question and answer."""
SERVICE_WEIGHT = 0.05
CROWD_WEIGHT = 0.5
MOST_CHOICES = 3
MOST_WEIGHED = 5
LONGEST_QUESTION = 600
LONGEST_BEGINNING = 600
"""So many characters of an article are compared by pieces of words: what it is about stands at its beginning, and the pieces of a long
text are in every question. A third more than the longest of the clinic's own articles. Meaning is compared by all the embedder reads.
"""


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
    topic: str


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
        before: "Index | None" = None,
    ) -> None:
        """`before`: an index whose work is taken over for the passages that both have."""
        self._calibration = calibration or calibration_of(embedder.version)
        self._language = language
        self._passages = list(passages)
        self._embedder = embedder
        self._letters = letters
        self._places = {passage.article_id: place for place, passage in enumerate(self._passages)}
        if not self._passages:
            return
        if before is not None and not before._serves(self):
            before = None
        taken = before._places_of(self._passages) if before is not None else np.full(len(self._passages), -1)
        self._by_question: PieceIndex
        self._by_whole: PieceIndex
        self._crowding: Crowd
        self._asked, self._meaning = self._vectors(before, taken)
        self._by_question = PieceIndex([p.question for p in self._passages], before._by_question if before else None)
        self._by_whole = PieceIndex([beginning(p) for p in self._passages], before._by_whole if before else None)
        crowding = before._crowding if before else None
        self._crowding = Crowd(self.article_ids, self._meaning, self._asked, crowding, taken)
        self._crowd = self._crowding.nearness
        self._lone = np.array([0 if p.translation else 1 if p.is_foreign else -1 for p in self._passages])
        self._topics = np.array([passage.topic for passage in self._passages])
        self._services: dict[str, list[int]] = {}
        for place, passage in enumerate(self._passages):
            for service in passage.services:
                self._services.setdefault(service, []).append(place)

    def _serves(self, other: "Index") -> bool:
        mine = (self._embedder, self._language, self._calibration)
        return bool(self._passages) and mine == (other._embedder, other._language, other._calibration)

    def _places_of(self, passages: Sequence[Passage]) -> npt.NDArray[np.intp]:
        """Where these very words stand here, -1 for those that do not."""
        places = [self._places.get(passage.article_id, -1) for passage in passages]
        same = [
            place if place >= 0 and (self._passages[place] is one or self._passages[place] == one) else -1
            for place, one in zip(places, passages, strict=True)
        ]
        return np.array(same, np.intp)

    def _vectors(self, before: "Index | None", taken: npt.NDArray[np.intp]) -> tuple[Vectors, Vectors]:
        """What each article's question means, and the article; embedded where it is not taken over."""
        new = np.flatnonzero(taken < 0)
        if before is None:
            return self._embed([self._passages[place] for place in new])
        asked: Vectors = before._asked[taken]
        meaning: Vectors = before._meaning[taken]
        if len(new):
            asked[new], meaning[new] = self._embed([self._passages[place] for place in new])
        return asked, meaning

    def _embed(self, passages: Sequence[Passage]) -> tuple[Vectors, Vectors]:
        asked = self._embedder.passages([passage.question for passage in passages])
        # The mean of nearnesses is the nearness to the mean.
        whole, answers = map(self._embedder.passages, (list(map(_whole, passages)), [p.answer for p in passages]))
        meaning = np.asarray((asked + whole + answers) / 3, np.float32)
        # A share of an article's meaning is that of its other language: the same question comes in either.
        places = [place for place, passage in enumerate(passages) if passage.translation]
        share = self._calibration.translation
        if places and share:
            texts = [passage.translation for passage in passages if passage.translation]
            parts = [
                self._embedder.passages(words)
                for words in ([q for q, _ in texts], [f"{q} {a}" for q, a in texts], [a for _, a in texts])
            ]
            meaning[places] = (1 - share) * meaning[places] + share * (parts[0] + parts[1] + parts[2]) / 3
        return asked, meaning

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
        order = np.argsort(-scores, kind="stable")
        eligible = order if topic is None else order[self._topics[order] == topic]
        order = (eligible if len(eligible) else order)[:MOST_WEIGHED].tolist()
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
        named = np.zeros(len(self._passages))
        for service in services:
            named[self._services.get(service, [])] = 1
        scores: npt.NDArray[np.float64] = (
            near
            + PIECES_WEIGHT * pieces
            + SERVICE_WEIGHT * named
            + self._calibration.lone * self._lone
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

    def _match(self, place: int, score: float) -> Match:
        passage = self._passages[place]
        return Match(
            passage.article_id, passage.version, passage.question, passage.source, round(score, 4), passage.topic
        )


def beginning(passage: Passage) -> str:
    """Question and answer, as far as they are compared by pieces of words: whole words."""
    text = f"{passage.question} {passage.answer[:LONGEST_BEGINNING]}"
    return text if len(text) <= LONGEST_BEGINNING else text[:LONGEST_BEGINNING].rpartition(" ")[0]


def _whole(passage: Passage) -> str:
    return f"{passage.question} {passage.answer}"
