"""What a message would be answered with as a patient's first on a channel, and why. Nothing is stored: no person, case, message or turn.

The same functions as in a turn: the red-flag screen, the rules, the dialogue core's understanding, the articles. What an action
of the dialogue core would say from the clinic's tables or in a form is not played; its name is told instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from actions.answers import ALWAYS_PEOPLE, ARTICLE
from actions.goal_choices import goal_choices
from actions.goals import TOPIC_OF
from care.appointments import lexicon
from care.appointments.service import sites
from care.governance.service import is_automated
from channels.voice.spoken import spoken
from conversations import rules
from conversations.choosing import Ranked, choices
from conversations.dialogue import FALLBACK
from conversations.entities import Entity, find_entities
from conversations.identity.reading import asks_for_web
from conversations.models import CaseState
from conversations.other_tongues import other_tongue
from conversations.outreach.words import asks_for_consents, read_stop
from conversations.protocols import Choice, DialogueFailed, Understood, Utterance
from conversations.rendering import from_json
from conversations.safety import Screening
from conversations.transcript_requests import asks_for_transcript
from conversations.understanding import asks_for_human, carrier_word, detect_language, for_dialogue, unreadable
from core.db import UnitOfWork
from core.i18n import Language
from core.segments import measure
from core.when import TimeSpan
from core.yamls import read_yaml
from knowledge.files import worded
from knowledge.intents.uses import DOMAIN, Uses, uses
from knowledge.retrieval import Answer, Choices, Match, Weighed
from knowledge.service import Library, Reply, article, articles_of_service
from web.parts import House

Channel = Literal["webchat", "sms", "voice"]
CHANNELS: tuple[Channel, ...] = ("webchat", "sms", "voice")
HUMAN = Choice("human", "menu-human", "/human")
ANSWERING = frozenset({"action_answer", "action_clinic_info", "action_staff_request", "action_prepare", "action_price"})
"""Actions that look for an article before anything else."""
NOT_FIRST = frozenset({"action_price"})
"""Of these, the ones that look into the clinic's tables before when an examination is named."""


@dataclass(frozen=True)
class Said:
    """One message as the channel would have it. `segments` for an SMS alone."""

    text: str
    labels: tuple[str, ...] = ()
    segments: int | None = None


@dataclass
class Seen:
    """All that the page shows."""

    text: str
    channel: Channel
    language: Language
    """That of the answer."""
    detected: Language | None
    tongue: str | None
    screening: Screening
    acts: tuple[rules.Act, ...]
    asks: bool
    """True if the dialogue core would be asked: no rule answers before."""
    understood: Understood | None = None
    failed: str | None = None
    ranking: Sequence[Ranked] = ()
    offered: tuple[str, ...] = ()
    uses: Uses | None = None
    entities: Sequence[Entity] = ()
    times: Sequence[TimeSpan] = ()
    topic: str | None = None
    weighed: Weighed | None = None
    matches: tuple[Match, ...] = ()
    said: list[Said] = field(default_factory=list)
    source: Reply | None = None
    follows: str = ""
    """What would follow that is not played: a key of the catalogue's `preview-follows-…`, or nothing."""


async def look(
    house: House, library: Library, text: str, channel: Channel, page: Language, *, with_drafts: bool
) -> Seen:
    """The message as a conversation's first. `page` is the language of the page or the telephone line it comes from."""
    now = house.clock.now()
    detected = detect_language(text)
    language = detected or page
    async with house.database.unit_of_work() as uow:
        facts = rules.Facts(
            state=CaseState.bot, text=text, screening=house.screen.screen.screen(text),
            carrier_word=carrier_word(text) if channel == "sms" else None,
            unreadable=unreadable(text, house.settings.max_text_length), asks_for_human=asks_for_human(text), payload=None,
            kept_media=0, refused_media=0, lost_media=0, waiting_told_at=None, now=now, tongue=other_tongue(text),
            stop_wish=read_stop(text), asks_for_consents=asks_for_consents(text), asks_for_web=asks_for_web(text),
            asks_for_transcript=asks_for_transcript(text), is_automated=await is_automated(uow),
            is_complex=await house.complexity.is_complex(text),
        )  # fmt: skip
    acts = rules.decide(facts)
    asks = any(isinstance(one, rules.AskDialogue) for one in acts)
    seen = Seen(text, channel, language, detected, facts.tongue, facts.screening, acts, asks)
    if asks:
        try:
            seen.understood = await house.dialogue.understand(for_dialogue(text))
            seen.ranking = [Ranked(*one) for one in seen.understood.ranking]
        except DialogueFailed as failure:
            seen.failed = failure.reason
    async with house.database.unit_of_work() as uow:
        await _read(uow, seen, now)
        fixed = [Utterance(one.key) for one in acts if isinstance(one, rules.Say)]
        told = [*fixed, *(await _answer(uow, library, seen, with_drafts) if asks else ())]
    if seen.source is not None and seen.source.files:
        whole = worded(seen.source.text, seen.source.files, house.settings.public_url, seen.language)
        told = [whole if one.key == "answer-article" else one for one in told]
    seen.said = [_as_heard(house, seen, one, now) for one in told]
    if any(isinstance(one, rules.Escalate) for one in acts):
        seen.follows = "person"
    elif any(isinstance(one, rules.OfferLink | rules.SendTranscript) for one in acts):
        seen.follows = "action"
    return seen


async def _read(uow: UnitOfWork, seen: Seen, now: datetime) -> None:
    """The entities and the times, by the grammars the forms use."""
    places = {one.code: (one.name, one.name.rpartition("–")[2].strip()) for one in await sites(uow)}
    terms = await lexicon.load(uow)
    seen.entities, seen.times = find_entities(seen.text, lexicon=terms, sites=places, language=seen.language, now=now)


async def _answer(uow: UnitOfWork, library: Library, seen: Seen, with_drafts: bool) -> list[Utterance]:
    """What the dialogue core would say, as far as it needs no conversation. Fills in what was found, and what follows."""
    intent = seen.understood.verdict if seen.understood is not None else ""
    action = _action_of(seen, intent)
    seen.topic = _topic(seen, intent, action)
    seen.weighed = await library.weigh(uow, seen.text, seen.language, seen.topic)
    found = seen.weighed.found
    seen.matches = (found.match,) if isinstance(found, Answer) else found.matches if isinstance(found, Choices) else ()
    if intent == FALLBACK:
        seen.offered = tuple(goal for goal in choices(seen.ranking) if goal != "human")
        if seen.offered:
            goals = await goal_choices(uow, seen.language, (*seen.offered, "human"))
            return [Utterance("which-did-you-mean", {}, goals)]
        action = "action_answer"
    if intent == "emergency":
        seen.follows = "person"
        return [Utterance("safety-emergency")]
    if action in responses():
        return [responses()[action]]
    if seen.understood is not None and action not in ANSWERING:
        seen.follows = "form" if seen.uses is not None and seen.uses.begins else "action"
        return []
    is_named = any(one.entity in ("service", "specialty") for one in seen.entities)
    if action in NOT_FIRST and is_named:
        seen.follows = "action"
        return []
    if intent in ALWAYS_PEOPLE:
        seen.follows = "person"
        return []
    named = {one.value for one in seen.entities if one.entity == "service"}
    for code in named if action == "action_prepare" and not with_drafts else ():
        of_it = await articles_of_service(uow, code, "prepare")
        if len(of_it) == 1:
            return await _article(uow, seen, of_it[0], action, None)
    if isinstance(found, Answer):
        draft = found.match.version if with_drafts else None
        return await _article(uow, seen, found.match.article_id, action, draft)
    if isinstance(found, Choices) and action != "action_staff_request":
        offered = (
            Choice(m.article_id, "choice-article", f"/clinic_info{ARTICLE}", {"name": m.question})
            for m in found.matches
        )
        return [Utterance("answer-choices", {}, (*offered, HUMAN))]
    is_left_to_people = action in ("action_answer", "action_staff_request") and intent != FALLBACK
    seen.follows = (
        "" if not intent else "person" if is_left_to_people else "unknown" if intent == FALLBACK else "action"
    )
    return []


async def _article(
    uow: UnitOfWork, seen: Seen, article_id: str, action: str | None, draft: int | None
) -> list[Utterance]:
    reply = await article(uow, article_id, seen.language, seen.channel, draft=draft)
    if not isinstance(reply, Reply):
        seen.follows = "no-words"
        return []
    seen.source = reply
    beside = [Utterance("staff-can-do", {}, (HUMAN,))] if action == "action_staff_request" else []
    return [Utterance("answer-article", {"text": reply.text}), *beside]


def _action_of(seen: Seen, intent: str) -> str | None:
    """The first action of the rule that the intent alone sets going."""
    seen.uses = uses().get(intent)
    if seen.uses is None:
        return None
    return next((acts[0] for _, acts in seen.uses.rules if acts), None)


def _topic(seen: Seen, intent: str, action: str | None) -> str | None:
    """What an article must be about, as the actions ask for it."""
    if action == "action_staff_request":
        return TOPIC_OF.get(intent)
    return {"action_prepare": "prepare", "action_price": "payment"}.get(action or "")


def _as_heard(house: House, seen: Seen, utterance: Utterance, now: datetime) -> Said:
    rendered, body = house.messages.composed(utterance, seen.channel, seen.language, now)
    if seen.channel == "voice":
        return Said(spoken(body, seen.language))
    if seen.channel == "sms":
        return Said(body, (), measure(body).count)
    return Said(body, rendered.labels)


@lru_cache(maxsize=1)
def responses(domain: Path = DOMAIN) -> dict[str, Utterance]:
    """The fixed answers of the bot's domain, by name."""
    told = read_yaml(domain.read_text("utf-8"))["responses"]
    return {name: from_json(said[0]["custom"]) for name, said in told.items() if "custom" in said[0]}
