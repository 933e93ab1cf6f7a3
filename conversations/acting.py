"""Carrying out what `rules.decide` decided for a message, inside the turn's transaction."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from care.governance.service import is_automated
from care.patients.marks import is_restricted
from conversations import article_answers, intent_days, rules, unanswered
from conversations.adherence import answers as doses
from conversations.adherence.answers import DoseReply
from conversations.alerts import Alerts
from conversations.attachments import counts
from conversations.cases import Cases
from conversations.contact_limits import limited_until, told
from conversations.identity.links import Links
from conversations.identity.reading import asks_for_web
from conversations.inbox import give_notice, open_case
from conversations.messages import LINK_KEY, Messages, Route, last_content, offered_choices
from conversations.models import Case, CaseState, ContactPoint, Correspondent, Message, Turn, TurnState
from conversations.other_tongues import other_tongue
from conversations.outreach import consents, replies
from conversations.outreach.answers import respond
from conversations.outreach.mirror import stop_by_carrier
from conversations.outreach.words import asks_for_consents, read_stop
from conversations.protocols import Complexity, DialogueReply, Promise, Utterance
from conversations.ratings import rate, read_rating
from conversations.safety import SafetyScreen
from conversations.transcript_requests import TranscriptRequests, asks_for_transcript
from conversations.understanding import (
    asks_for_human,
    carrier_word,
    detect_language,
    fold,
    for_dialogue,
    speaks_clearly,
    unreadable,
)
from core.access import Access
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import Language, as_language
from core.ids import new_id
from core.phone import takes_sms


@dataclass(frozen=True)
class Question:
    """What the dialogue core is to answer."""

    language: Language
    text: str
    payload: str | None


@dataclass
class Scene:
    """An inbound message with all that stands around it."""

    turn: Turn
    message: Message
    case: Case
    point: ContactPoint
    person: Correspondent


async def next_scene(uow: UnitOfWork, *conditions: ColumnElement[bool]) -> Scene | None:
    """The first turn, by number, that meets the conditions, read afresh."""
    row = (
        await uow.session.execute(
            select(Turn, Message, Case, ContactPoint, Correspondent)
            .join(Message, Message.id == Turn.message_id)
            .join(Case, Case.id == Message.case_id)
            .join(ContactPoint, ContactPoint.id == Message.contact_point_id)
            .join(Correspondent, Correspondent.id == ContactPoint.correspondent_id)
            .where(*conditions)
            .order_by(Turn.seq)
            .limit(1)
            .execution_options(populate_existing=True)
        )
    ).first()
    return Scene(*row) if row else None


QUESTIONS = (
    "ask-", "utter-ask-", "triage-", "identity-", "offers-", "person-", "refill-", "reschedule-", "cancel-", "confirm-", "reminder-",
)  # fmt: skip
"""How the keys of what the bot asks begin."""


class Acting:
    """Acts on messages: says fixed texts, raises alerts, hands over, or asks the dialogue core."""

    def __init__(
        self,
        messages: Messages,
        cases: Cases,
        screen: SafetyScreen,
        max_text_length: int,
        complexity: Complexity,
        links: Links,
        alerts: Alerts,
        transcripts: TranscriptRequests,
    ) -> None:
        self._transcripts = transcripts
        self._complexity = complexity
        self._links = links
        self._alerts = alerts
        self._messages = messages
        self._cases = cases
        self._screen = screen
        self._max_text_length = max_text_length

    async def settle_case(self, uow: UnitOfWork, scene: Scene, now: datetime) -> None:
        """The case the message belongs to: its own, or the open one if its own was closed before it was answered."""
        if scene.case.state is not CaseState.closed:
            return
        case = await open_case(uow, scene.message.thread_id)
        if case is None:
            case = Case(
                id=new_id(), thread_id=scene.message.thread_id, state=CaseState.bot, opened_at=now, active_at=now
            )
            uow.session.add(case)
            await uow.session.flush()
        scene.case, scene.message.case_id = case, case.id

    async def act(self, uow: UnitOfWork, scene: Scene, now: datetime) -> Question | None:
        """Do everything that needs no dialogue core; returns the question if one is left."""
        await self.settle_case(uow, scene, now)
        message, case, point, person = scene.message, scene.case, scene.point, scene.person
        is_retry = scene.turn.state is TurnState.asking
        route, is_sure = self._route(message, person)
        media = await counts(uow, message.id) if (message.content or {}).get("media") else {}
        payload = await self._picked(uow, scene.turn.case_id or case.id, message)
        facts = rules.Facts(
            # An action may have queued the case in the turn that was cut off: what was said then is still owed.
            state=CaseState.bot if is_retry and case.state is CaseState.waiting else case.state,
            text=message.body,
            screening=self._screen.screen(message.body),
            carrier_word=carrier_word(message.body) if message.channel == "sms" else None,
            unreadable=unreadable(message.body, self._max_text_length),
            asks_for_human=asks_for_human(message.body),
            payload=payload,
            kept_media=media.get("kept", 0) + media.get("waiting", 0),
            infected_media=media.get("infected", 0),
            refused_media=media.get("refused", 0),
            lost_media=media.get("lost", 0),
            waiting_told_at=case.waiting_told_at,
            now=now,
            is_restricted=await is_restricted(uow, case.patient_id),
            tongue=other_tongue(message.body),
            stop_wish=read_stop(message.body),
            reply=replies.from_payload(payload) or await replies.from_words(uow, message),
            dose=doses.from_payload(payload) or await doses.from_words(uow, message),
            rating=await read_rating(uow, message),
            asks_for_consents=asks_for_consents(message.body),
            carrier_stops=(message.content or {}).get("carrier_stops"),
            asks_for_web=asks_for_web(message.body),
            asks_for_transcript=asks_for_transcript(message.body),
            is_automated=await is_automated(uow),
        )
        if payload is None and any(isinstance(one, rules.AskDialogue) for one in rules.decide(facts)):
            last = str((await replies.last_said(uow, message)).get("key", ""))
            # An answer to a question of ours is for whoever asked it.
            is_complex = not last.startswith(QUESTIONS) and await self._complexity.is_complex(message.body)
            if is_complex and await limited_until(uow, case.thread_id, now) is not None:
                is_complex = False  # Nobody would answer it: the bot tries.
            facts = replace(facts, is_complex=is_complex)
        acts = rules.decide(facts)
        if is_retry:  # All else was done the first time.
            acts = tuple(one for one in acts if rules.is_owed_again(one))
        if any(not isinstance(one, rules.Consent) for one in acts):
            await give_notice(uow, self._messages, case, person, route, is_sure, now)
        question = None
        for one in acts:
            match one:
                case rules.AskDialogue(text, payload):
                    question = Question(route.language, for_dialogue(text), payload)
                case rules.Say(key, rule):
                    await self._messages.say(uow, case, route, Utterance(key), {"by": "rule", "rule": rule}, now)
                case rules.SayWaiting():
                    await self._say_waiting(uow, case, route, now)
                case rules.Alert():
                    await self._alerts.raise_for(uow, message, case, facts.screening, now)
                case rules.Consent():
                    await self._consent(uow, point, one, message.body, now)
                case rules.StopMessages() | rules.AnswerReminder() | rules.TellConsents():
                    outcome = await respond(uow, one, case, point, message.body, now)
                    for utterance in outcome.said:
                        source = {"by": "rule", "rule": f"outreach:{utterance.key}"}
                        await self._messages.say(uow, case, route, utterance, source, now)
                    if outcome.payload is not None:
                        question = Question(route.language, for_dialogue(message.body), outcome.payload)
                case rules.AnswerDose(reply):
                    await self._answer_dose(uow, case, route, reply, now)
                case rules.Rate(case_id, score):
                    thanks = await rate(uow, case_id, score, now)
                    await self._messages.say(uow, case, route, thanks, {"by": "rule", "rule": thanks.key}, now)
                case rules.OfferLink():
                    await self._offer_link(uow, case, route, now)
                case rules.SendTranscript():
                    await self._transcripts.answer(uow, message, case, route, now)
                case rules.Escalate():
                    await self._escalate(uow, case, route, one, now)
        return question

    async def answer(
        self, uow: UnitOfWork, scene: Scene, reply: DialogueReply, language: Language, now: datetime
    ) -> None:
        """Store what the dialogue core said, in the case that is open now (an action may have opened another).

        Once a person has the case the bot is silent, also with an answer it was still making.
        """
        await self.settle_case(uow, scene, now)
        if scene.case.state is CaseState.human:
            return
        # An action may have changed the language.
        route = Route(scene.message.channel, scene.point.id, as_language(scene.person.language, otherwise=language))
        if reply.intent:
            await intent_days.count(uow, reply.intent, route.language, now)
        keys = [utterance.key for utterance in reply.utterances]
        is_unsure = unanswered.is_unsure(reply.confidence)
        asked = (await last_content(uow, scene.message.case_id) or {}).get("key") if is_unsure else None
        if (reason := unanswered.reason_of(keys, reply.intent, reply.confidence, asked)) is not None:
            message = scene.message
            await unanswered.note(uow, message.id, route.language, message.channel, reason, message.created_at)
        said = []
        for utterance in without_repeats(reply.utterances):
            source: dict[str, Any] = {"by": "bot", "key": utterance.key}
            if reply.intent:
                source |= {"intent": reply.intent, "confidence": reply.confidence, "model": reply.model}
            if "source" in utterance.args:
                source |= {"article": utterance.args["source"]}
            said.append((utterance, source))
        for message, (_, source) in zip(
            await self._messages.say_all(uow, scene.case, route, said, now), said, strict=True
        ):
            if "article" in source:
                article_answers.note(uow, message, source["article"])

    async def give_up(self, uow: UnitOfWork, scene: Scene, reason: str, now: datetime) -> None:
        """The dialogue core failed: the patient hears so at once, and a person gets the case."""
        await self.settle_case(uow, scene, now)
        case, route = scene.case, Route(scene.message.channel, scene.point.id, as_language(scene.message.language))
        if case.state is CaseState.bot and (until := await limited_until(uow, case.thread_id, now)) is not None:
            source = {"by": "rule", "rule": f"failed:{reason}"}
            await self._messages.say(uow, case, route, told("contact-trouble", until), source, now)
        elif case.state is CaseState.bot:
            await self._messages.say(
                uow, case, route, Utterance("bot-trouble"), {"by": "rule", "rule": f"failed:{reason}"}, now
            )
            await self._escalate(uow, case, route, rules.Escalate("bot-failed"), now)
        elif case.state is CaseState.waiting:
            await self._say_waiting(uow, case, route, now)

    def _route(self, message: Message, person: Correspondent) -> tuple[Route, bool]:
        """The way back and its language: what the message shows if clear, else the saved one, else the page's, else Polish."""
        detected = detect_language(message.body)
        if detected and person.language and detected != person.language and not speaks_clearly(message.body, detected):
            detected = None  # A word or a name does not switch a conversation's language.
        known = detected or person.language or message.language
        language = as_language(known)
        if detected or person.language:
            person.language = language
        message.language = language
        assert message.contact_point_id is not None, "inbound messages have a contact point"
        return Route(message.channel, message.contact_point_id, language), known is not None

    async def _picked(self, uow: UnitOfWork, case_id: UUID, message: Message) -> str | None:
        """The payload of the offered choice that a message picks: tapped, by its number, or by its words."""
        choices = await offered_choices(uow, case_id)
        return pick(choices, message.body, (message.content or {}).get("choice"))

    async def _answer_dose(self, uow: UnitOfWork, case: Case, route: Route, reply: DoseReply, now: datetime) -> None:
        point = await uow.session.get_one(ContactPoint, route.contact_point_id)
        said, needs_person = await doses.carry_out(uow, reply, point, now)
        await self._messages.say(uow, case, route, said, {"by": "rule", "rule": said.key}, now)
        if needs_person:
            await self._escalate(uow, case, route, rules.Escalate("dose-problem"), now)

    async def _offer_link(self, uow: UnitOfWork, case: Case, route: Route, now: datetime) -> None:
        provenance = {"by": "rule", "rule": "asks-for-web"}
        point = await uow.session.get_one(ContactPoint, route.contact_point_id)
        if route.channel == "voice" and not (point.kind == "phone" and takes_sms(point.address)):
            said = Utterance("voice-sms-cannot")
        elif route.channel not in ("sms", "voice"):
            said = Utterance("link-already-web")
        else:
            made = await self._links.make(uow, case, route.contact_point_id, route.language, now)
            said = Utterance(made.reason) if isinstance(made, Refused) else Utterance(LINK_KEY, {"link": made})
            if route.channel == "voice" and not isinstance(made, Refused):
                # A link is for the eye: it goes by SMS, and the caller hears that it does.
                await self._messages.say(uow, case, replace(route, channel="sms"), said, provenance, now)
                said = Utterance("voice-link-sent")
        await self._messages.say(uow, case, route, said, provenance, now)

    async def _escalate(self, uow: UnitOfWork, case: Case, route: Route, act: rules.Escalate, now: datetime) -> None:
        promise = await self._cases.escalate(
            uow, Access.system("turn", case.id), case.id, act.reason, now, is_urgent=act.is_urgent
        )
        if act.reason == "clinician-question" and promise.limited_until is None:
            await self._messages.say(
                uow,
                case,
                route,
                Utterance("handoff-because-clinician"),
                {"by": "rule", "rule": "clinician-question"},
                now,
            )
        # After a red flag it must be said if nobody reads now; while people are there, the safety words stand alone.
        if not act.is_silent or not promise.is_open:
            utterance = promise_utterance(promise, act.reason)
            await self._messages.say(uow, case, route, utterance, {"by": "rule", "rule": f"handoff:{act.reason}"}, now)

    async def _say_waiting(self, uow: UnitOfWork, case: Case, route: Route, now: datetime) -> None:
        case.waiting_told_at = now
        promise = await self._cases.promise(uow, case.id, now)
        await self._messages.say(
            uow, case, route, promise_utterance(promise, "waiting"), {"by": "rule", "rule": "waiting"}, now
        )

    async def _consent(
        self, uow: UnitOfWork, point: ContactPoint, act: rules.Consent, words: str, now: datetime
    ) -> None:
        if act.is_stopped:
            await stop_by_carrier(uow, point, words, now)
        else:
            await consents.start(uow, point, words, now)


def without_repeats(utterances: Iterable[Utterance]) -> list[Utterance]:
    """Each thing once: Rasa repeats an action up to ten times when its rules run in a circle."""
    kept: list[Utterance] = []
    for utterance in utterances:
        if utterance not in kept:
            kept.append(utterance)
    return kept


def promise_utterance(promise: Promise, reason: str) -> Utterance:
    """What can honestly be said to someone who waits for a person."""
    if promise.limited_until is not None:
        return told("contact-limited-still", promise.limited_until)
    kind = "attachment" if reason == "attachment" else "queued"
    if promise.is_open:
        minutes = max(1, round(promise.wait.total_seconds() / 60)) if promise.wait is not None else 0
        return Utterance(f"handoff-{kind}", {"position": promise.position, "minutes": minutes})
    opens = (
        {"when": promise.opens_at.isoformat()}
        if promise.opens_at
        else {"pl": "najbliższym dniu roboczym", "en": "the next working day"}
    )
    return Utterance(f"handoff-{kind}-closed", {"opens": opens})


_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "pierwszy pierwsza pierwsze pierwsza first 1st 1szy 1sza jedynka jeden",
            "drugi druga drugie second 2nd 2gi 2ga dwojka dwa",
            "trzeci trzecia trzecie third 3rd 3ci 3cia trojka trzy",
            "czwarty czwarta czwarte fourth 4th 4ty 4ta czworka cztery",
        ),
        start=1,
    )
    for word in words.split()
}
_POINTING = frozenset(
    "ten ta to te opcja opcje numer nr wybieram poprosze prosze biore moze niech bedzie tak no ok dobra termin godzina godzine "
    "the one option number please i ll take yes yeah yep okay sure let s go with d like want maybe".split()
)


def pick(choices: Any, text: str, tapped: str | None) -> str | None:
    """The payload of a choice by its id, its number ("2", "nr 2", "the second one") or its label; None if nothing fits exactly."""
    said = _bare(text)
    words = [word for word in re.findall(r"[^\W_]+", said) if word not in _POINTING]
    wanted = None
    if len(words) == 1:
        wanted = int(words[0]) if words[0].isdecimal() and len(words[0]) < 3 else _ORDINALS.get(words[0])
    for number, choice in enumerate(choices, start=1):
        payload: str = choice["payload"]
        if tapped is not None:
            if choice["id"] == tapped:
                return payload
        elif said == _bare(str(choice["label"])) or number == wanted:
            return payload
    return None


def _bare(text: str) -> str:
    """Folded, without the marks that people leave out or add at the ends."""
    return fold(text).strip(" .):(!")
