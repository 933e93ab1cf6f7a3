"""Reading answers out of a message: pure, values in, what was found out. It finds nothing rather than guess."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from care.appointments.lexicon import Found, Lexicon
from conversations.understanding import fold
from core.i18n import Language
from core.when import Grain, TimeSpan, find_date, find_dated, find_refused, find_times, is_any_time

_NFZ = re.compile(
    r"\b(nfz|nfzet\w*|fundusz\w*|ubezpieczeni\w*|bezplatn\w*|panstwow\w*|public|insurance|free of charge)\b"
)
_PRIVATE = re.compile(r"\b(prywatn\w*|odplatn\w*|platn\w*|private\w*|self ?pay|out of pocket)\b")
_FIRST = re.compile(
    r"\b(pierwsz\w+ (raz|wizyt\w*)|nowy pacjent|nowa pacjentka|first (time|visit)|new patient|pierwszorazow\w*)\b"
)
_FOLLOW = re.compile(
    r"\b(kontroln\w+|kolejn\w+|nastepn\w+ wizyt\w*|kontynuacj\w*|follow ?up|check ?up|again|returning|kontrol[ae]?)\b"
)
_CODE = re.compile(r"(?<!\d)(\d)[ -]?(\d)[ -]?(\d)[ -]?(\d)(?!\d)")
_WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_NOT_NAMES = frozenset(
    "nazywam sie jestem to dla moj moja mojej mojego mam na imie nazwisko imie pan pani pana panu dane ur urodzony urodzona urodzenia "
    "data corka corki syn syna zona zony maz meza mama mamy tata taty ojca matki dziecko dziecka rok roku r i a oraz "
    "dnia w tak prosze wizyta wizyte my name is i am im it s its for this is born on the date of birth dob and mr mrs ms miss "
    "it's i'm that's this's he's she's name's sama sam samej osoba osoby ktos kogos inny inna innej someone somebody else same person "
    "daughter son wife husband mother father child please patient surname first last pacjent pacjentka pacjenta prosze poprosze nazywa "
    "lat".split()
)
_OF_SENTENCES = frozenset(
    "nie wiem wie znam znamy pamietam pamieta jak czy kiedy gdzie dlaczego co kto ktory ktora moge mozna chce chcialbym chcialabym "
    "nazywaja trzeba musze dlatego poniewaz bo zeby "
    "don't dont didn't can't cannot not know remember what who how why when where they them their called sure forgot idea i've haven't "
    "doesn't won't want would could should because".split()
)
"""Words of a sentence about something else: who says them gives no name."""
_NO_FIRST = re.compile(r"^\s*(?:nie|no)\s*[,.;:!–-]", re.IGNORECASE)
YES = frozenset(
    "tak yes yep yeah sure ok okay dobrze zgadza zgoda potwierdzam jasne oczywiscie pewnie correct right confirm confirmed dokladnie "
    "super pasuje owszem y t dobra".split()
)
NO = frozenset("nie no nope wrong incorrect zle niezgoda n".split())


@dataclass(frozen=True)
class Reading:
    """What a message says about a booking."""

    terms: tuple[Found, ...]
    times: tuple[TimeSpan, ...]
    is_any_time: bool
    payer: Literal["nfz", "private"] | None
    visit_kind: Literal["first", "follow_up"] | None
    covered: float
    refused: tuple[TimeSpan, ...] = ()
    """The times that do not suit: "tylko nie rano"."""

    @property
    def specialties(self) -> list[str]:
        """Specialty codes named, once each."""
        return list(dict.fromkeys(term.id for term in self.terms if term.kind == "specialty"))

    @property
    def clinicians(self) -> list[str]:
        """Ids of clinicians named, once each."""
        return list(dict.fromkeys(term.id for term in self.terms if term.kind == "clinician"))

    @property
    def services(self) -> list[str]:
        """Service codes named, once each."""
        return list(dict.fromkeys(term.id for term in self.terms if term.kind == "service"))


def read(text: str, lexicon: Lexicon, language: Language, now: datetime) -> Reading:
    """All that the grammars find. `covered` is the share of the text's letters and digits that they account for.

    What the conversation's language does not know is read in the other one: people mix them.
    """
    other: Language = "en" if language == "pl" else "pl"
    terms = tuple(lexicon.find(text, language)) or tuple(lexicon.find(text, other))
    times = find_times(text, now=now, language=language, clinic_hours=True)
    times = times or find_times(text, now=now, language=other, clinic_hours=True)
    if not times and _FOR_HOUR.search(text):
        as_hour = _FOR_HOUR.sub(lambda found: "o".ljust(len(found[0])), text)
        times = find_times(as_hour, now=now, language="pl", clinic_hours=True)
    refused = find_refused(text, now=now, language=language, clinic_hours=True)
    refused = refused or find_refused(text, now=now, language=other, clinic_hours=True)
    refused = tuple(span for span in refused if span.grain is not Grain.second)  # "Not now" is about no visit's time.
    folded = fold(text)
    spans = [(term.start, term.end) for term in terms] + [span.at for span in (*times, *refused)]
    payer: Literal["nfz", "private"] | None = None
    nfz, private = _NFZ.search(folded), _PRIVATE.search(folded)
    if bool(nfz) != bool(private):
        payer = "nfz" if nfz else "private"
    first, follow = _FIRST.search(folded), _FOLLOW.search(folded)
    kind: Literal["first", "follow_up"] | None = None
    if bool(first) != bool(follow):
        kind = "first" if first else "follow_up"
    spans += [match.span() for match in (nfz, private, first, follow) if match]
    is_any = is_any_time(text, language) or is_any_time(text, other)
    return Reading(terms, times, is_any, payer, kind, _coverage(text, spans), refused)


def read_name(text: str, language: Language, now: datetime) -> tuple[str | None, date | None]:
    """Given and family name as written (at least two words), and a date of birth; either may be missing."""
    dated = find_dated(text, now=now, language=language)
    if dated is None:
        return _name_in(text, language, now), None
    before, after = text[: dated.at[0]], text[dated.at[1] :]
    both = re.sub(r"\d.*", " ", f"{before} {after}")
    return _name_in(before, language, now) or _name_in(both, language, now), dated.date


def _name_in(text: str, language: Language, now: datetime) -> str | None:
    """Two to four words that can be a name, without the times said beside it; None in a sentence about something else."""
    without_times = _NO_FIRST.sub("", text)
    for span in find_times(without_times, now=now, language=language):
        if not _is_surname(without_times, span, language):
            first, last = span.at
            without_times = without_times[:first] + " " * (last - first) + without_times[last:]
    said = _WORDS.findall(without_times)
    words = [word for word in said if fold(word) not in _NOT_NAMES and len(word) > 1]
    if not 2 <= len(words) <= 4 or any(fold(word).replace("’", "'") in _OF_SENTENCES for word in said):
        return None
    return " ".join(word[:1].upper() + word[1:] for word in words)


def _is_surname(text: str, span: TimeSpan, language: Language) -> bool:
    """True for "Sobota" in "Anna Sobota": Polish days have no capital."""
    before = text[: span.at[0]].split()
    is_capital = span.text[:1].isupper() and span.text.isalpha()
    return language == "pl" and is_capital and bool(before) and before[-1][:1].isupper() and before[-1].isalpha()


_INTRODUCES = re.compile(
    r"\b(?:nazywam się|nazywam sie|mam na imię|mam na imie|my name is|my name's|the name is|tu|jestem|i am|i'm|this is)\s+",
    re.IGNORECASE,
)
_SAYS_BORN = re.compile(r"\b(?:ur\.?|urodzon[yae]|born|dob|data urodzenia|date of birth)\b", re.IGNORECASE)
_NAME = re.compile(r"([A-ZŁŚŻŹĆÓĄĘŃ][^\W\d_]+)\s+([A-ZŁŚŻŹĆÓĄĘŃ][^\W\d_]+(?:-[^\W\d_]+)?)(?=[\s,.;!]|$)")


def introduced(text: str, language: Language, now: datetime) -> tuple[str | None, date | None]:
    """Name and birth date that a person gives unasked: only after words that introduce them, a name with its capitals."""
    name = born = None
    for opening in _INTRODUCES.finditer(text):
        if (found := _NAME.match(text, opening.end())) is not None:
            name = f"{found[1]} {found[2]}"
            break
    if name is not None and (said := _SAYS_BORN.search(text)):
        born = find_date(text[said.end() :], now=now, language=language)
    return name, born


def read_code(text: str) -> str | None:
    """The four digits of an e-referral code, if the message holds exactly one such group."""
    found = _CODE.findall(text)
    return "".join(found[0]) if len(found) == 1 else None


_WITHOUT = re.compile(
    r"\b(nie (?:mam|posiadam|dostal\w*)|brak|bez|don.?t have|do not have|haven.?t|have no|have none|no referral|without)\b"
)


def lacks_referral(text: str) -> bool:
    """True if a short answer to the question for a referral says that there is none."""
    folded = fold(text)
    return len(folded.split()) <= 9 and not re.search(r"\d", folded) and _WITHOUT.search(folded) is not None


_FOR_HOUR = re.compile(r"\b(?:na|for) (?=\d{1,2}(?:[:.]\d\d)?\b)")
"""Where a visit is spoken of, "na 9" is an hour; the grammar of dates knows of no visits and leaves it alone. It is replaced by as
many letters, so that places stay true."""
_SO = frozenset("dobra pewka raczej ba to wlasnie".split())
_BUT = frozenset("ale tylko jednak oprocz zamiast but only except though instead however".split())
"""After these a yes is not a plain one."""


def yes_or_no(text: str, intent: str) -> bool | None:
    """True for yes, False for no, None for neither: a clear first word wins over the classifier."""
    words = [fold(word) for word in re.findall(r"[^\W_]+", text)]
    if not words:
        return None
    if words[0] == "no" and words[1:2] and words[1] in YES | _SO:
        words = words[1:]  # In Polish that "no" only begins the sentence: "no tak", "no dobra".
    if words[0] in NO and words[1:2] not in (["mam"], ["wiem"], ["rozumiem"], ["idea"]):
        return False
    if words[0] in YES and not (set(words) & (NO | _BUT)):
        return True
    if len(words) <= 6 and not set(words) & _BUT and intent in ("affirm", "deny"):
        return intent == "affirm"
    return None


def _coverage(text: str, spans: list[tuple[int, int]]) -> float:
    significant = [index for index, char in enumerate(text) if char.isalnum()]
    if not significant:
        return 0.0
    inside = sum(any(start <= index < end for start, end in spans) for index in significant)
    return inside / len(significant)


_SAME = re.compile(r"\b(t[aey]j? sam\w+|tak? samo|dla mnie|ja|same( person| one)?|me|myself|for me)\b")
_OTHER = re.compile(
    r"\b(inn\w+ osob\w*|kogos inn\w+|ktos inn\w+|inn(y|a|ej|ego)|some(one|body) else|other person|different person)\b"
)


def same_or_other(text: str) -> Literal["same", "other"] | None:
    """Whether a short answer means the same person as before or somebody else."""
    folded = fold(text)
    if len(folded.split()) > 6:
        return None
    other, same = _OTHER.search(folded), _SAME.search(folded)
    return "other" if other else "same" if same else None
