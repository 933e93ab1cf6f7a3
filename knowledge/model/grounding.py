"""Whether other words say what the approved ones say: no more, and nothing that matters less. Pure; refuses when in doubt.

Every sentence must stand in one approved sentence: each word of content in some form, and what must not change (numbers, negations,
"may", "must", "before", "at least") in front of the same words and as often; a sentence with several numbers keeps its order.
Every approved sentence with such a word must be said.
A refusal costs nothing: the approved words go out.
"""

import re
from collections import Counter

from care.folding import fold
from core.i18n import Language

_TOKEN = re.compile(r"\d+(?:[.,:/\u2013-]\d+)*|[^\W\d_]+|[%€$£+]")
_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=\S)|\n+|(?<=;)\s+")
_ABBREVIATED = re.compile(r"\b(ul|al|os|pl|tel|np|godz|dr|nr|zł|e\.g|i\.e|no)\.", re.IGNORECASE)
FUNCTION: dict[Language, frozenset[str]] = {
    "pl": frozenset(
        "a i w z o u na do od dla to ta ten te tego tej tym ze za sie jest sa byc bedzie beda ktory ktora ktore co jak gdy "
        "jesli oraz takze rowniez prosze prosimy panstwo panstwa nasz nasza naszej nas u ich jego jej oto wiec tu tutaj ze czyli".split()
    ),
    "en": frozenset(
        "a an the of in at on for to and is are be will it its this that these those you your we our us please also so "
        "there here as which who when if then they them with by from".split()
    ),
}
"""Words that say nothing by themselves."""
_CLASSES: dict[Language, dict[str, str]] = {
    "pl": {
        "negation": "nie bez ani nigdy zaden zadna zadne zadnego zadnej zadnych zakaz zakazane zabronione",
        "permission": "mozna moze moga mozesz wolno dozwolone",
        "obligation": "trzeba nalezy musi musza musisz konieczne konieczna powinno powinna powinien wymagane wymaga obowiazkowe",
    },
    "en": {
        "negation": "not no never without none cannot nor don doesn isn aren mustn shouldn t avoid forbidden prohibited",
        "permission": "may can could allowed permitted",
        "obligation": "must should need needs have has required necessary shall obligatory",
    },
}
_EXACT: dict[Language, frozenset[str]] = {
    "pl": frozenset(
        """przed po przez ponad ponizej powyzej najmniej najwyzej najpozniej najwczesniej przynajmniej tylko wylacznie dopiero
        albo lub chyba zawsze czesto czasem codziennie co kazdy kazdego raz pol okolo prawie minimum maksimum wiecej mniej wczesniej
        pozniej jutro dzis dzisiaj wczoraj bezplatnie bezplatne platne darmowe nawet oprocz poza zamiast""".split()
    ),
    "en": frozenset(
        """before after during over under above below least most latest earliest only until unless or always often sometimes daily
        every each once twice half about almost minimum maximum more less earlier later today tomorrow yesterday free paid except
        instead within up any all both either""".split()
    ),
}
_NUMERALS = re.compile(
    r"(jed(en|na|no|nego|nej|nym)|dw(a|ie|och|oma|u)|trz(y|ech|ema)|czter(y|ech|ema)|piec|pieciu|szesc|szesciu|siedem|siedmiu|osiem|osmiu|"
    r"dziewiec\w*|dziesie\w*|\w+nascie|\w+nastu|\w+dziesci\w*|\w+dziesiat\w*|sto|dwiescie|\w+set|tysia\w*|polowa|polowe|polowy|"
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"hundred|thousand|million)"
)


def is_grounded(words: str, approved: str, language: Language) -> bool:
    """True if the words may go out instead of the approved ones."""
    if not words.strip() or any(ord(one) < 32 and one not in "\n\t" for one in words):
        return False
    passages = [_Sentence(one, language) for one in _sentences(approved)]
    said: set[int] = set()
    sentences = _sentences(words)
    if not sentences:
        return False
    for one in sentences:
        sentence = _Sentence(one, language)
        place = next((at for at, passage in enumerate(passages) if passage.supports(sentence)), None)
        if place is None:
            return False
        said.add(place)
    return all(at in said for at, passage in enumerate(passages) if passage.facts)


def _sentences(text: str) -> list[str]:
    whole = _ABBREVIATED.sub(lambda found: found[1], text)
    return [one for one in _SENTENCE.split(whole) if any(sign.isalnum() for sign in one)]


class _Sentence:
    def __init__(self, text: str, language: Language) -> None:
        self.content: list[str] = []
        self.order: list[str] = []
        self.numbers = 0
        self.facts: Counter[tuple[str, str]] = Counter()
        waiting: list[str] = []
        for token in _TOKEN.findall(text):
            fact = _fact(token, language)
            if fact is not None:
                waiting.append(fact)
                self.order.append(fact)
                self.numbers += fact[0].isdigit()
                continue
            folded = fold(token)
            if folded in FUNCTION[language]:
                continue
            self.facts.update((one, folded) for one in waiting)
            waiting = []
            self.content.append(folded)
            self.order.append(folded)
        self.facts.update((one, "") for one in waiting)

    def supports(self, other: "_Sentence") -> bool:
        """True if the other one says this and no more."""
        if not all(any(_same(word, known) for known in self.content) for word in other.content):
            return False
        left = list(self.facts.elements())
        for fact, about in other.facts.elements():
            found = next((one for one in left if one[0] == fact and _same_or_none(one[1], about)), None)
            if found is None:
                return False
            left.remove(found)
        return not left and (self.numbers < 2 or self._keeps_order(other))

    def _keeps_order(self, other: "_Sentence") -> bool:
        known = iter(self.order)
        return all(any(_same(word, one) for one in known) for word in other.order)


def _fact(token: str, language: Language) -> str | None:
    """How a token that must not change is named, or None."""
    folded = fold(token)
    if not folded.isalpha():
        return token
    for name, words in _CLASSES[language].items():
        if folded in words.split():
            return name
    return folded if folded in _EXACT[language] or _NUMERALS.fullmatch(folded) else None


def _same_or_none(one: str, other: str) -> bool:
    return one == other or bool(one and other and _same(one, other))


def _same(one: str, other: str) -> bool:
    """Forms of one word: they begin alike and end within a few letters of each other."""
    if one == other:
        return True
    short, long = sorted((len(one), len(other)))
    if short < 3:
        return False
    alike = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), short)
    return alike >= short - 1 and long - alike <= 2 if short <= 4 else alike >= short - 2 and long - alike <= 3
