"""How people talk on a telephone, in both languages: what asks for the last words again, what is a pause, what is only noise. Pure.

A manner is only what is said alone: "powtórz" is one, "powtórz receptę" is not, and goes the way of all messages.
"""

import re
from enum import StrEnum

from conversations.understanding import fold


class Manner(StrEnum):
    """What is said about the call itself."""

    again = "again"
    slower = "slower"
    louder = "louder"
    by_sms = "by-sms"
    objects = "objects"
    calls_back = "calls-back"
    """Wants to be called back; means something only to who waits for a person."""


_POLITE = r"(?:prosze|poprosze|prosilbym|prosilabym|czy mozna|czy moze pan|czy moze pani|please|could you|can you|sorry|przepraszam)"
_SAID = {
    Manner.again: (
        r"(?:halo|hallo|hello|slucham|prosze|co|what|pardon|sorry|jest tam kto\w*|are you there|czy mnie slychac|can you hear me"
        r"|powtorz|powtorzyc|o?\s?powtorzenie|jeszcze raz|powtorz to|jeszcze raz powtorz\w*|co prosze|nie uslysza\w+"
        r"|nie doslysza\w+|nie zrozumia\w+"
        r"|repeat|repeat that|say that again|say it again|again|once more|come again|i didn.?t (?:hear|catch) that)"
    ),
    Manner.slower: (
        r"(?:(?:mow\w*|mowic)?\s?(?:troche )?wolniej(?: mowic)?|za szybko|zbyt szybko|pomalu|powoli|slower|more slowly|slow down"
        r"|(?:speak|talk) (?:more slowly|slower)|too fast|that was too fast)"
    ),
    Manner.louder: (
        r"(?:(?:mow\w*|mowic)?\s?(?:troche )?glosniej(?: mowic)?|za cicho|nie slysze|nic nie slysze|slabo slychac|slabo slysze"
        r"|nie slychac"
        r"|louder|speak up|(?:speak|talk) louder|too quiet|i can.?t hear(?: you)?|i cannot hear(?: you)?)"
    ),
    Manner.by_sms: (
        r"(?:(?:wyslij|wyslac|przeslij|przeslac|przysl\w+|napisz|napisac)(?: mi)?(?: to| calosc)?(?: mi)?"
        r" (?:sms-?em|smsem|sms|esemesem|sms-a)"
        r"|to (?:wyslac|przeslac) (?:sms-?em|esemesem)|sms-?em"
        r"|(?:text|send)(?: (?:it|that|me))?(?: (?:it|that|this))?(?: to me)?(?: by| in| as)?"
        r"(?: an?)?(?: sms| text(?: message)?)?(?<!text)(?<!send))"
    ),
    Manner.calls_back: (
        r"(?:(?:o |niech ktos |wole |zeby )?(?:oddzwon\w*|telefon zwrotny|zadzwoncie(?: do mnie)?(?: pozniej)?)(?: do mnie)?(?: pozniej)?"
        r"|call(?: me)? back(?: later)?|a call ?back)"
    ),
    Manner.objects: (
        r"(?:nie (?:zgadzam|godze) sie na (?:nagr\w+|zapis\w*)(?: rozmowy)?"
        r"|nie chce(?: byc)? (?:nagr\w+|zapis\w*)|nie nagrywa\w+|bez nagrywania"
        r"|prosze nie nagrywac|(?:please )?(?:do not|don.?t) record(?: me| this)?"
        r"|i (?:do not|don.?t) (?:agree|consent) to (?:the )?recording"
        r"|i object to (?:the )?recording)"
    ),
}  # fmt: skip
_MANNERS = {manner: re.compile(rf"(?:{_POLITE}[, ]*)?{said}(?:[, ]*{_POLITE})?") for manner, said in _SAID.items()}
_HUM = frozenset("y yy yyy e ee eee em emm ehm hm hmm mm mmm ah ach eh uh uhm um umm er erm".split())
_FILLERS = frozenset("no mhm like well so to znaczy wiec".split())
"""Words that one goes on after. Alone they may be an answer: "no" is one in both languages."""
_GOES_ON = frozenset(
    "i oraz a ale albo lub czy ze zeby bo wiec to do na w we z ze o od dla przy po przed za u nad pod przez moj moja moje chce "
    "chcialbym "
    "chcialabym potrzebuje mam tego tej tych jakis jakas jakiegos jakiejs jest jestem bylby bylaby sie mnie mi kiedy ktory ktora jaki jaka "
    "and or but to the a an my for with at on in of from about that because i would want need like is it's i'd i'm".split()
)
_NUMBERS = frozenset(
    "zero jeden jedna jedno dwa dwie trzy cztery piec szesc siedem osiem dziewiec dziesiec jedenascie dwanascie trzynascie czternascie "
    "pietnascie szesnascie siedemnascie osiemnascie dziewietnascie dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat "
    "siedemdziesiat osiemdziesiat dziewiecdziesiat "
    "oh one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen "
    "twenty thirty forty fifty sixty seventy eighty ninety".split()
)
_KEY_NAMES = {
    name: key
    for key, names in {
        "0": "zero", "1": "jeden jedynke one", "2": "dwa dwojke two", "3": "trzy trojke three", "4": "cztery czworke four",
        "5": "piec piatke five", "6": "szesc szostke six", "7": "siedem siodemke seven", "8": "osiem osemke eight",
        "9": "dziewiec dziewiatke nine", "*": "gwiazdke star", "#": "krzyzyk hash pound",
    }.items()
    for name in names.split()
}  # fmt: skip
_KEY = (
    r"(?:nacisnij|wcisnij|wybierz|prosze (?:nacisnac|wcisnac|wybrac)|(?:please )?(?:press|dial))"
    r"(?: klawisz| przycisk| cyfre| the| key| number)* (?P<key>[0-9*#]|" + "|".join(sorted(_KEY_NAMES)) + r")\b"
)
_LETS = (
    r"(?:aby|zeby|by|to) (?:\w+ ){0,1}?(?:przyjac|odebrac|zaakceptowac|kontynuowac|polaczyc|uzyskac polaczenie"
    r"|accept|answer|take|continue|connect|be connected|put (?:this|the) call through)\b"
)
_KEY_FOR = re.compile(rf"\b{_LETS}(?:(?!nacisn|wcisn|wybierz|press|dial).)*\b{_KEY}")
_KEY_THEN = re.compile(rf"\b{_KEY} {_LETS}")
_BRACKETS = re.compile(r"\[[^\]]*\]|\([^)]*\)|<[^>]*>")
_WORD = re.compile(r"[\w'-]+")


def manner_of(words: str) -> Manner | None:
    """What is said about the call, if that is all that is said."""
    plain = " ".join(re.sub(r"[?!.,…]+", " ", fold(words)).split())
    return next((manner for manner, said in _MANNERS.items() if said.fullmatch(plain)), None)


def key_asked_for(words: str) -> str | None:
    """The key that a machine asks for to put this call through: "aby przyjąć połączenie, naciśnij jeden", "press 1 to accept"."""
    plain = " ".join(re.sub(r"[?!.,:;…-]+", " ", fold(words)).split())
    found = _KEY_FOR.search(plain) or _KEY_THEN.search(plain)
    if found is None:
        return None
    key = found["key"]
    return key if len(key) == 1 else _KEY_NAMES[key]


def is_noise(words: str) -> bool:
    """True if nothing was said: "[noise]", "…", a hum."""
    said = _WORD.findall(fold(_BRACKETS.sub(" ", words)))
    return all(word in _HUM or not any(c.isalnum() for c in word) for word in said)


def is_hum(words: str) -> bool:
    """True if somebody only thinks aloud: they are not told that they could not be understood."""
    said = _WORD.findall(fold(words))
    return bool(said) and all(word in _HUM for word in said)


def goes_on(words: str) -> bool:
    """True if the sentence sounds unfinished: it ends in a small word, a comma or a hum, as before a pause for thought."""
    text = words.rstrip()
    if text.endswith(("?", "!")):
        return False
    said = _WORD.findall(fold(text))
    if not said:
        return False
    is_filler = said[-1] in _FILLERS and len(said) > 1
    return text.endswith((",", "…", "...", "-")) or said[-1] in _GOES_ON or said[-1] in _HUM or is_filler


def is_dictated(words: str) -> bool:
    """True if it is numbers only, as when a long one is said in parts."""
    said = _WORD.findall(fold(words))
    return bool(said) and all(word.isdecimal() or word in _NUMBERS for word in said)


def slowly(sentence: str) -> str:
    """The sentence with pauses where it has commas: the provider's voice has no other speed within a call."""
    return re.sub(r"(?<=[^\W\d]), ", " ... ", sentence)
