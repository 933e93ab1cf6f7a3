"""What people answer to a reminder, and how they say that they want no more of our messages. Words in, meaning out.

Three acts are told apart: stop marketing, stop reminders, call this visit off. A message is only taken for an answer if
every word of it is accounted for; anything else goes to the dialogue core.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from conversations.outreach.models import Purpose
from conversations.understanding import fold

MAX_WORDS = 9
_WORD = re.compile(r"[^\W_]+")


class Reply(StrEnum):
    """What a short message means when the last thing we sent was about a visit."""

    yes = "yes"
    no = "no"
    off = "off"
    move = "move"
    ambiguous = "ambiguous"
    """Carriers' and people's words for an end: of the visit, or of our messages? We ask."""


@dataclass(frozen=True)
class StopWish:
    """A wish for no more messages. `purposes` is empty if the words do not say which."""

    purposes: frozenset[Purpose]


_YES = frozenset(
    "tak ta t tk taak oczywiscie jasne ok okej okay okey potwierdzam potwierdzone potwierdzic potwierdza potwiedzam bede "
    "bedziemy bedzie przyjde przyjdziemy przyjdzie stawie stawimy yes y yep yeah confirm confirmed confirming sure coming".split()
)
_NO = frozenset("nie n ne nope no".split())
_OFF = frozenset(
    "odwolac odwoluje odwoluja odwolajcie odwolanie anuluje anulujcie anulowac przyjde przyjdziemy przyjdzie bede bedziemy "
    "bedzie moge mozemy dam damy rade rady wyjdzie pasuje odmawiam zrezygnowac rezygnujemy skreslcie come coming make can "
    "cannot cant t attend".split()
)
_MOVE = re.compile(
    r"\b(przeloz\w*|przesun\w*|przesuniec\w*|zmien\w* (termin|date|godzine)|zmian\w* (terminu|daty|godziny)|"
    r"zmiana|inn\w* (termin\w*|dzien|dnia|godzin\w*)|"
    r"reschedul\w*|rebook|postpone|another (time|day|date|slot)|different (time|day|date)|move (it|the visit|my visit|the appointment))\b"
)
_AMBIGUOUS = frozenset("odwolaj anuluj rezygnuje koniec cancel end odwolane".split())
_FILLERS = frozenset(
    "prosze dziekuje dziekuj dzieki bardzo pozdrawiam pan pani panstwo dzien dobry witam wizyte wizyta wizyty wizycie na sie "
    "ja to ta te ten tego tej tę jutro dzis dzisiaj niestety jednak przepraszam sorry mi mnie obecnosc obecnosci termin "
    "terminie terminu juz tam w o z i a go jestem zgadza sam please thanks thank you the a an my visit appointment it i ll "
    "will be there we am m is that is tomorrow today this to unfortunately can of afraid me up show do not don".split()
)
_QUESTION = re.compile(r"[?]|\b(dlaczego|czemu|czy|kiedy|gdzie|jak|ile|why|when|where|how|did|have)\b")


def read_reply(text: str) -> Reply | None:
    """The meaning of a message that consists of an answer alone; None for everything else."""
    if "?" in text:
        return None
    folded = " ".join(fold(word) for word in _WORD.findall(text))
    words = folded.split()
    if not words or len(words) > MAX_WORDS:
        return None
    if _MOVE.search(folded):
        rest = set(_MOVE.sub(" ", folded).split())
        return (
            Reply.move
            if rest <= _FILLERS | _NO | _OFF | frozenset("chce chcialbym chcialabym poprosze mozna jakis wolny".split())
            else None
        )
    known, said = _YES | _NO | _OFF | _AMBIGUOUS | _FILLERS, set(words)
    if not said <= known:
        return None
    if said & _AMBIGUOUS:
        if said & _NO:
            return None
        return Reply.off if said & {"wizyte", "wizyta", "wizyty", "visit", "appointment"} else Reply.ambiguous
    negated = bool(said & _NO) or bool(said & {"cannot", "cant", "not", "don"}) or "can t" in folded
    if said & _NO == said - _FILLERS and said & _NO:
        return Reply.no
    if negated:
        return None if words[0] in ("tak", "yes", "ok") else Reply.off
    if said & {"odwolac", "odwoluje", "odwolajcie", "odwolanie", "anuluje", "anulujcie", "anulowac", "odmawiam",
               "zrezygnowac", "rezygnujemy", "skreslcie"}:  # fmt: skip
        return None if said & {"tak", "yes"} else Reply.off
    return Reply.yes if said & _YES else None


_NO_MORE = (
    r"\bnie (wysyl(aj|ajcie|ac)|przysyl(aj|ajcie|ac)|pisz|piszcie|przypominaj|przypominajcie|przypominac)\b",
    r"\b(wypisz|wypiszcie|wypisac|wypisuje)\b",
    r"\bprzesta(n|ncie) (mi |do mnie |nam )?(wysylac|przysylac|pisac|przypominac|spamowac)\b",
    r"\bnie chce (juz |wiecej |zadnych |dostawac |otrzymywac |tych |waszych )*"
    r"(sms|smsow|smsy|smesow|wiadomosci|przypomnien|reklam|ofert|promocji|newsletter|powiadomien)\w*",
    r"\b(wylacz|wylaczcie|zatrzymaj|zatrzymajcie) (mi |te |prosze )?(sms|smsy|wiadomosci|przypomnienia|powiadomienia|reklamy)\w*",
    r"\brezygnuje z (otrzymywania |dostawania )?(sms|smsow|wiadomosci|przypomnien|powiadomien|reklam|ofert|newslettera)\w*",
    r"\b(zadnych|bez|koniec|dosc|stop) (juz |wiecej |z |tych )?(sms|smsow|smsami|wiadomosci|przypomnien|reklam|reklama|ofert)\w*",
    r"\b(stop|quit|don t|do not|dont|no more|please stop) (sending|texting|text|send|message|messaging|messages|"
    r"texts|sms|reminding|remind|reminders|ads|marketing|offers|promotions)\b",
    r"\b(wycofuje|wycofac|cofam|cofnac|odwoluje) (moja |swoja |prosze )?zgod[eay] na (otrzymywanie |wysylanie )?"
    r"(marketing|reklam|ofert|przypomn|sms|wiadomosci|powiadomien|newsletter)\w*",
    r"\bwithdraw (my |the )?consent (to|for) (receive |receiving )?(marketing|ads|offers|promotion|reminder|sms|text|message)s?\b",
    r"\bunsubscribe\b", r"\bopt (me )?out\b", r"\btake me off\b", r"\bturn off (the |my )?(sms|texts|messages|reminders|notifications)\b",
    r"\bi (don t|do not|dont) want (any |any more |more |to get |to receive |your )*(sms|texts|messages|reminders|ads|offers|marketing)\b",
)  # fmt: skip
_STOPS = re.compile("|".join(_NO_MORE))
_REMINDERS = re.compile(r"\b(przypom\w*|remind\w*)\b")
_MARKETING = re.compile(
    r"\b(reklam\w*|ofert\w*|promocj\w*|marketing\w*|newsletter\w*|spam\w*|ads|offers|promotion\w*|advert\w*)\b"
)
_NOT_MESSAGES = re.compile(
    r"\b(wynik\w*|recept\w*|kod\w*|zwolnieni\w*|results?|prescriptions?|code|skierowani\w*|fakt\w*|invoice)\b"
)


def read_stop(text: str) -> StopWish | None:
    """A wish for no more messages, in one's own words; None for all else, also for questions about messages."""
    folded = " ".join(fold(word) for word in _WORD.findall(text))
    words = folded.split()
    if not words or len(words) > 20 or _QUESTION.search(text.lower()) or _QUESTION.search(folded):
        return None
    found = _STOPS.search(folded)
    if found is None or _NOT_MESSAGES.search(folded):
        return None
    purposes = set()
    if _REMINDERS.search(folded):
        purposes.add(Purpose.reminder)
    if _MARKETING.search(folded):
        purposes.add(Purpose.marketing)
    return StopWish(frozenset(purposes))


_CONSENTS = re.compile(
    r"\b(jakie|jakich|jaka|moje|moich|lista|liste|pokaz|sprawdzic|na co|co)\b.{0,40}\bzg(od|ad)\w*|"
    r"\bzgod\w*\b.{0,25}\b(mam|wyrazil\w*|udzielil\w*|dal\w*)\b|"
    r"\b(what|which|my|show|list)\b.{0,30}\bconsents?\b|\bwhat have i (agreed|consented) to\b"
)


def asks_for_consents(text: str) -> bool:
    """True if a short message asks what one has agreed to: "jakie mam zgody"."""
    folded = " ".join(fold(word) for word in _WORD.findall(text))
    return len(folded.split()) <= 12 and bool(_CONSENTS.search(folded))
