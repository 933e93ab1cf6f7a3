"""What is done to every text before anyone understands it: normalising, content checks, words for a human, language."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from core.i18n import Language
from core.redaction import mask_pesel

_CONTROL = re.compile(r"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_SPACE = re.compile(r"\s+")
_ELONGATED = re.compile(r"([^\W\d_])\1{2,}")
_WORD = re.compile(r"[^\W_]+")
_FOLD = str.maketrans("łŁ", "lL")


class Unreadable(StrEnum):
    """Why a text is answered without being understood."""

    empty = "empty"
    too_long = "too_long"


def normalise(text: str) -> str:
    """One line, NFKC, lower case, control and direction marks out, three or more equal letters shortened to one.

    Diacritics stay. Used for messages and training data alike; a leading slash, which Rasa would execute, goes too.
    """
    text = _CONTROL.sub("", unicodedata.normalize("NFKC", text))
    text = _ELONGATED.sub(r"\1", _SPACE.sub(" ", text).strip().lower())
    return text.lstrip("/\\ ").strip()


def fold(text: str) -> str:
    """Without diacritics and lower case, same meaning: "Łukasz" becomes "lukasz"."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_FOLD))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower()


def unreadable(text: str, limit: int) -> Unreadable | None:
    """A reason to answer without NLU: nothing with a letter or digit in it, or longer than `limit` characters."""
    if len(text) > limit:
        return Unreadable.too_long
    return None if _WORD.search(text) else Unreadable.empty


def for_dialogue(text: str) -> str:
    """What Rasa and its tracker may see: normalised, personal numbers masked."""
    return mask_pesel(normalise(text))


HUMAN_WORDS = frozenset(
    "czlowiek czlowieka czlowiekiem czlowiekowi konsultant konsultanta konsultantem konsultantka konsultantke konsultantki "
    "konsultantowi pracownik pracownika pracownikiem recepcja recepcji recepcje recepcjonistka recepcjonistke "
    "recepcjonistki czlek human person agent operator operatora operatorem representative receptionist somebody someone staff".split()
)
_FILLERS = frozenset(
    "prosze poprosze chce chcialbym chcialabym chcialem jednak ale z ze do o na mi mnie sie polacz polaczyc polaczenie "
    "rozmawiac porozmawiac pogadac rozmowa rozmowy rozmowe mowic zywym zywego zywa zywej prawdziwym prawdziwego prawdziwa osoba "
    "osobe osoby kims kogos i a to ja moge mozna czy dajcie daj jakims jakiegos "
    "please i want to talk speak with a an the real live me let connect transfer can could would like need get put through "
    "now actually just only teraz dobra ok no nie tylko chat".split()
)
_PERSON_VERBS = frozenset("rozmawiac porozmawiac pogadac polacz polaczyc talk speak connect transfer".split())
_DECLINED = re.compile(r"\b(nie (chce|potrzebuje|trzeba)|(don t|dont|not) (want|need))\b")
_PERSON_NOUNS = frozenset("osoba osobe kims kogos osoby".split())


def asks_for_human(text: str) -> bool:
    """True for a word for a person, alone or among polite words only. In any state, in either language."""
    words = [fold(word) for word in _WORD.findall(text)]
    if not words or len(words) > 12 or _DECLINED.search(" ".join(words)):
        return False
    if all(word in HUMAN_WORDS or word in _FILLERS for word in words):
        return any(word in HUMAN_WORDS for word in words) or (
            any(word in _PERSON_VERBS for word in words) and any(word in _PERSON_NOUNS for word in words)
        )
    return False


class Keyword(StrEnum):
    """Words with a fixed meaning for carriers."""

    stop = "stop"
    start = "start"


_STOP = frozenset("stop stopall unsubscribe end quit revoke optout".split())
_STOP_OURS = frozenset({"wypisz", "wypisz mnie", "rezygnuje", "nie wysylaj", "nie wysylajcie"})
_START = frozenset("start unstop".split())


@dataclass(frozen=True)
class CarrierWord:
    """A STOP or START; `is_carriers` tells whether the carrier acts on it by itself."""

    keyword: Keyword
    is_carriers: bool


def carrier_word(text: str) -> CarrierWord | None:
    """STOP and START words standing alone in an SMS. CANCEL, END OF and "odwołaj" mean a visit here, not messages."""
    plain = " ".join(fold(word) for word in _WORD.findall(text))
    if plain in _STOP:
        return CarrierWord(Keyword.stop, True)
    if plain in _STOP_OURS:
        return CarrierWord(Keyword.stop, False)
    if plain in _START:
        return CarrierWord(Keyword.start, True)
    return None


@lru_cache(maxsize=1)
def _detector():  # type: ignore[no-untyped-def]
    from lingua import Language as Lingua
    from lingua import LanguageDetectorBuilder

    return LanguageDetectorBuilder.from_languages(Lingua.POLISH, Lingua.ENGLISH).build()


_ENGLISH = frozenset(
    "hello hi the you your is are my what when how please thanks thank with want need would like can could appointment doctor "
    "book visit yes human tomorrow today "
    "me it does am feel sick hurts kid child son daughter drank swallowed help "
    "have has get for and of about this that which who speak english morning afternoon price cost where open hours see cancel".split()
)
_POLISH = frozenset(
    "czesc hej dzien dobry prosze chce chcialbym chcialabym umowic wizyte wizyta tak nie dziekuje lekarza jutro dzis kiedy "
    "ile jak gdzie czy sie na jest dla nie mnie jestem chodzi polsku czynne kosztuje odwolac moge mam".split()
)


ENOUGH_TO_TELL = 500


def speaks_clearly(text: str, language: Language) -> bool:
    """True if common words of that language, and none of the other, are in the text: enough to switch a conversation.

    Letters alone are not: "Wójcik" is a name in any language.
    """
    words = {fold(word) for word in _WORD.findall(text)}
    ours, others = (_POLISH, _ENGLISH) if language == "pl" else (_ENGLISH, _POLISH)
    return len(words) >= 2 and bool(words & ours) and not words & others


def detect_language(text: str) -> Language | None:
    """The language of a text's beginning if that is clear. "OK", "1", names and numbers are nobody's language."""
    text = text[:ENOUGH_TO_TELL]
    words = [fold(word) for word in _WORD.findall(text) if not word.isdigit()]
    if text.lstrip().startswith("/"):
        return None  # a command for some machine
    if not words or (len(words) == 1 and words[0] in ("ok", "okay", "stop", "start", "no")):
        return None
    if re.search("[ąćęłńóśźż]", text.lower()):
        return "pl"
    polish, english = sum(word in _POLISH for word in words), sum(word in _ENGLISH for word in words)
    if polish != english and min(polish, english) == 0 and max(polish, english) * 3 >= len(words):
        return "pl" if polish else "en"
    scores = {value.language.name: value.value for value in _detector().compute_language_confidence_values(text)}
    margin = scores.get("POLISH", 0.0) - scores.get("ENGLISH", 0.0)
    needed = 0.9 if len(words) <= 2 else 0.6
    if margin > needed:
        return "pl"
    return "en" if margin < -needed else None
