"""What happens with an inbound message: pure decisions, values in, acts out. The order here is the order of safety."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from conversations.adherence.answers import DoseReply
from conversations.models import CaseState
from conversations.other_tongues import OtherTongue
from conversations.outreach.models import Purpose
from conversations.outreach.replies import Bound
from conversations.outreach.words import StopWish
from conversations.safety import Level, Screening
from conversations.understanding import CarrierWord, Keyword, Unreadable

DISTRESS = "distress"
"""The rule whose signs are answered kindly while the conversation goes on."""
THREAT = "staff-threat"
"""The rule for threats against people who work here: no harm to the person who writes, so other words and other readers."""
COMPLEX = "complex"
"""Too much for the bot: a person answers at once."""
AUTOMATION_OFF = "automation-off"
"""Why a case goes to a person while the clinic has switched automation off."""
WAITING_REMINDER = timedelta(minutes=1)
MAX_ATTEMPTS = 3


@dataclass(frozen=True)
class Facts:
    """All that the decision needs to know."""

    state: CaseState
    text: str
    screening: Screening
    carrier_word: CarrierWord | None
    unreadable: Unreadable | None
    asks_for_human: bool
    payload: str | None
    kept_media: int
    refused_media: int
    lost_media: int
    waiting_told_at: datetime | None
    now: datetime
    is_restricted: bool = False
    tongue: OtherTongue | None = None
    """The language of the message where it is one that only people here speak."""
    stop_wish: StopWish | None = None
    reply: Bound | None = None
    dose: DoseReply | None = None
    rating: tuple[UUID, int] | None = None
    """The case rated and its score."""
    is_complex: bool = False
    asks_for_consents: bool = False
    carrier_stops: bool | None = None
    asks_for_web: bool = False
    infected_media: int = 0
    is_automated: bool = True
    """False while the clinic's switch sends every message to a person."""


@dataclass(frozen=True)
class Say:
    """Say a catalogue text by a fixed rule."""

    key: str
    rule: str


@dataclass(frozen=True)
class SayWaiting:
    """Tell the person where they stand in the queue."""


@dataclass(frozen=True)
class Alert:
    """Raise a red flag in the console."""


@dataclass(frozen=True)
class Escalate:
    """Hand over to a person; `is_silent` when other words were said already."""

    reason: str
    is_urgent: bool = False
    is_silent: bool = False


@dataclass(frozen=True)
class Consent:
    """The person stopped or started our SMS."""

    is_stopped: bool
    by_carrier: bool


@dataclass(frozen=True)
class StopMessages:
    """The person wants no more messages of these purposes; none named: of the kind they got last, else of all."""

    purposes: frozenset[Purpose]


@dataclass(frozen=True)
class AnswerReminder:
    """Carry out what the person answered to a reminder."""

    bound: Bound


@dataclass(frozen=True)
class AnswerDose:
    """Note what the person answered to a reminder of a medicine."""

    reply: DoseReply


@dataclass(frozen=True)
class Rate:
    """Note how good the help was."""

    case_id: UUID
    score: int


@dataclass(frozen=True)
class TellConsents:
    """Say which consents there are."""


@dataclass(frozen=True)
class OfferLink:
    """Send a link with which the conversation goes on in the browser."""


@dataclass(frozen=True)
class AskDialogue:
    """Let the dialogue core answer."""

    text: str
    payload: str | None = None


Act = (
    Say
    | SayWaiting
    | Alert
    | Escalate
    | Consent
    | StopMessages
    | AnswerReminder
    | AnswerDose
    | Rate
    | TellConsents
    | OfferLink
    | AskDialogue
)


def decide(facts: Facts) -> tuple[Act, ...]:
    """The acts for one message, in order. Red flags come before anything else, in every state."""
    if facts.screening.level >= Level.violence:
        return _red_flag(facts)
    if facts.carrier_word is not None:
        acts = _carrier(facts.carrier_word, facts.reply, facts.state)
        if facts.is_automated:
            return acts
        return tuple(Escalate(AUTOMATION_OFF) if isinstance(one, AnswerReminder) else one for one in acts)
    if facts.carrier_stops:
        # The carrier took a word for a STOP that we do not: nothing we say arrives, so a person has to know.
        act = Consent(True, True)
        return (act,) if facts.state is CaseState.human else (act, Escalate("carrier-stop", is_silent=True))
    if facts.stop_wish is not None:
        return (StopMessages(facts.stop_wish.purposes),)
    if facts.state is CaseState.human:
        return _infected(facts)
    media = _media(facts)
    if not facts.is_automated:
        return (*media, *_to_a_person(facts))
    if facts.reply is not None and not facts.is_restricted and not facts.kept_media:
        if facts.state is CaseState.bot or facts.reply.act != "move":
            return (*media, AnswerReminder(facts.reply))
    elif facts.dose is not None and not facts.is_restricted and not facts.kept_media:
        return (*media, AnswerDose(facts.dose))
    elif facts.rating is not None and facts.state is CaseState.bot and not facts.kept_media:
        return (*media, Rate(*facts.rating))
    elif facts.asks_for_consents:
        return (*media, TellConsents())
    elif facts.asks_for_web and facts.payload is None and not facts.kept_media:
        return (*media, OfferLink())
    if facts.state is CaseState.waiting:
        return (*media, *_waiting(facts))
    if facts.is_restricted:
        return (*media, Escalate("restricted")) if not facts.kept_media else media
    if media and facts.unreadable is Unreadable.empty:
        return media
    return (*media, *_bot(facts))


def kind_of(screening: Screening) -> str:
    """What the patient is answered for and staff are told: the level, but `threat` where only staff are threatened."""
    gravest = {one.rule for one in screening.firings if one.level is screening.level}
    return "threat" if gravest == {THREAT} else screening.level.name


def asks_the_dialogue(act: Act) -> bool:
    """True for what ends in a question to the dialogue core."""
    return isinstance(act, AskDialogue) or (isinstance(act, AnswerReminder) and act.bound.act == "move")


def is_owed_again(act: Act) -> bool:
    """True for what is done when a turn is tried again: the question, or the person who now answers instead."""
    return asks_the_dialogue(act) or (isinstance(act, Escalate) and act.reason == AUTOMATION_OFF)


def _carrier(word: CarrierWord, reply: Bound | None, state: CaseState) -> tuple[Act, ...]:
    if word.keyword is Keyword.start:
        return (Consent(False, word.is_carriers), Say("sms-started", "start-word"))
    is_unclear = reply is not None and reply.may_mean_messages
    if word.is_carriers:
        # "END" after a reminder may be meant for the visit, and we cannot ask any more.
        told = (Escalate("carrier-stop", is_silent=True),) if is_unclear and state is not CaseState.human else ()
        return (Consent(True, True), *told)
    if is_unclear and reply is not None and state is not CaseState.human:
        return (AnswerReminder(reply),)
    return (StopMessages(frozenset()),)


def _red_flag(facts: Facts) -> tuple[Act, ...]:
    name = kind_of(facts.screening)
    has_theirs = facts.tongue is not None and name in Level.__members__
    theirs = (Say(f"safety-{name}-{facts.tongue}", f"tongue:{facts.tongue}"),) if has_theirs else ()
    said = Say(f"safety-{name}", f"safety:{','.join(facts.screening.rules)}@{facts.screening.version}")
    if facts.state is CaseState.human:
        return (Alert(), *theirs, said)
    return (Alert(), *theirs, said, Escalate(name, is_urgent=True, is_silent=True))


def _infected(facts: Facts) -> tuple[Act, ...]:
    """Told whoever speaks: a person cannot know what they sent, and nobody else will see it."""
    return (Say("media-infected", "media"),) if facts.infected_media else ()


def _media(facts: Facts) -> tuple[Act, ...]:
    acts: list[Act] = [*_infected(facts)]
    if facts.refused_media:
        acts.append(Say("media-refused", "media"))
    if facts.lost_media:
        acts.append(Say("media-lost", "media"))
    if facts.kept_media:
        acts.append(Escalate("attachment") if facts.state is CaseState.bot else Say("media-kept", "media"))
    return tuple(acts)


def _to_a_person(facts: Facts) -> tuple[Act, ...]:
    """Red flags and STOP words were seen to before. No machine answers the rest, however easy it looks."""
    if facts.state is CaseState.waiting:
        return _waiting(facts)
    if facts.kept_media:
        return ()  # Whoever looks at the file reads the text too.
    if facts.tongue is not None and facts.payload is None:
        return (Say(f"speaks-{facts.tongue}", f"tongue:{facts.tongue}"), Escalate("language", is_silent=True))
    if facts.screening.level is Level.support and DISTRESS in facts.screening.rules:
        return (Say("safety-support", "support"), Escalate(AUTOMATION_OFF))
    if facts.screening.level is Level.support:
        return (Escalate("clinician-question"),)
    return (Escalate(AUTOMATION_OFF),)


def _waiting(facts: Facts) -> tuple[Act, ...]:
    told = facts.waiting_told_at
    if facts.asks_for_human or told is None or told + WAITING_REMINDER <= facts.now:
        return (SayWaiting(),)
    return ()


def _bot(facts: Facts) -> tuple[Act, ...]:
    if facts.kept_media:
        return ()  # The person who looks at the file reads the text too.
    if facts.unreadable is Unreadable.too_long:
        return (Say("bot-too-long", "length"),)
    if facts.tongue is not None and facts.payload is None:
        return (Say(f"speaks-{facts.tongue}", f"tongue:{facts.tongue}"), Escalate("language", is_silent=True))
    if facts.asks_for_human:
        return (Escalate("asked"),)
    if facts.screening.level is Level.support and DISTRESS not in facts.screening.rules:
        return (Escalate("clinician-question"),)
    if facts.screening.level is Level.support:
        return (Say("safety-support", "support"), AskDialogue(facts.text, facts.payload))
    if facts.payload is not None:
        return (AskDialogue(facts.text, facts.payload),)
    if facts.unreadable is Unreadable.empty:
        return (Say("bot-unreadable", "content"),)
    if facts.is_complex:
        return (Escalate(COMPLEX),)
    return (AskDialogue(facts.text),)
