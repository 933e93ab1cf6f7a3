"""Codes, personal numbers, and wishes to go on in the browser, read out of messages. Pure; nothing rather than a guess."""

import re
from typing import Literal

from conversations.understanding import fold
from core.redaction import is_pesel

CODE_DIGITS = 6
_UNITS = (
    "zero jeden dwa trzy cztery piec szesc siedem osiem dziewiec".split(),
    "zero one two three four five six seven eight nine".split(),
)
_TEENS = (
    "dziesiec jedenascie dwanascie trzynascie czternascie pietnascie szesnascie siedemnascie osiemnascie dziewietnascie".split(),
    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
)
_TENS = (
    "dwadziescia trzydziesci czterdziesci piecdziesiat szescdziesiat siedemdziesiat osiemdziesiat dziewiecdziesiat".split(),
    "twenty thirty forty fifty sixty seventy eighty ninety".split(),
)
_VALUES: dict[str, int] = {"oh": 0, "o": 0, "jedna": 1, "dwie": 2, "piatka": 5}
for _words, _first in (*((one, 0) for one in _UNITS), *((one, 10) for one in _TEENS)):
    _VALUES |= {word: _first + index for index, word in enumerate(_words)}
_ROUND: dict[str, int] = {word: 20 + 10 * index for words in _TENS for index, word in enumerate(words)}
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_ELEVEN = re.compile(r"(?<!\d)\d(?:[ -]?\d){10}(?!\d)")


def read_code(text: str) -> str | None:
    """The six digits of a one-time code, as digits ("482 913") or in words ("cztery dwa osiem…"); None if it is not exactly one."""
    digits, since_round = "", False
    for word in _TOKEN.findall(fold(text)):
        if word.isdecimal():
            digits, since_round = digits + word, False
        elif word in _ROUND:
            digits, since_round = digits + str(_ROUND[word]), True
        elif word in _VALUES and (word != "o" or digits):
            value = _VALUES[word]
            if since_round and 0 < value < 10:
                digits = digits[:-1] + str(value)
            else:
                digits += str(value)
            since_round = False
    return digits if len(digits) == CODE_DIGITS and digits.isascii() else None


def looks_like_a_code(text: str) -> bool:
    """True if the message is mostly a number, whatever its length: somebody tries to give the code."""
    folded = fold(text)
    digits = sum(char.isdigit() for char in folded)
    said = sum(token in _VALUES or token in _ROUND for token in _TOKEN.findall(folded))
    letters = sum(char.isalpha() for char in folded)
    return said >= 3 or (digits >= 3 and digits * 3 >= letters)


def read_pesel(text: str) -> str | None:
    """The personal number in a message, by its check digit."""
    found = [re.sub(r"\D", "", match) for match in _ELEVEN.findall(text)]
    valid = [one for one in found if is_pesel(one)]
    return valid[0] if len(valid) == 1 else None


_AGAIN = re.compile(
    r"\b(?:nie (?:przyszed\w*|doszed\w*|dotar\w*|mam kodu|dostal\w*)|(?:nowy|inny|drugi|kolejny) kod|jeszcze raz|ponownie|"
    r"(?:new|another) code|again|resend|did ?n.?t (?:get|arrive|come)|not (?:get|arrived|received))\b"
)


def asks_for_code_again(text: str) -> bool:
    """True for a short wish for a new code."""
    return len(text.split()) <= 12 and _AGAIN.search(fold(text)) is not None


PersonRole = Literal["self", "child", "parent", "partner", "other"]
_ROLES: dict[PersonRole, str] = {
    "child": (
        r"dzieck\w*|dzieci|syn(?:a|ek|ka|kowi|owi|em|u|owie)?|cor(?:k\w+|ce|eczk\w+)|my (?:child|kid|son|daughter)\w*|"
        r"(?:my )?(?:son|daughter|child)(?: s)?"
    ),
    "parent": (
        r"mam(?:a|ie|e|usi\w*)|(?:dla|mojej|wizyt\w+|wynik\w*|recept\w*|lek\w*) mamy|tat(?:a|y|e|us\w*)|"
        r"ojc(?:a|u|iec)|ojciec|matk[aie]\w*|rodzic\w*|(?:mum|mom|dad|mother|father|parent)\w*"
    ),
    "partner": r"maz|meza|mezowi|mezem|zon(?:a|y|ie|e)|partner\w*|husband\w*|wife\w*|spouse",
    "other": (
        r"babci\w*|dziadk\w*|brat\w*|siostr\w*|wnu(?:k\w*|cz\w+)|kogos innego|innej osoby|sasiad\w*|tesciow\w*|someone else|"
        r"somebody else|grandm\w+|grandf\w+|brother\w*|sister\w*|friend\w*"
    ),
    "self": r"moj(?:e|a|ego|ej|ich)?|mnie|sob[aie]|siebie|mi|dla mnie|swoj\w*|wlasn\w*|my|mine|myself|me",
}


def read_role(text: str) -> PersonRole | None:
    """For whom the words are: a relative named wins over "my"; None if neither is named, or two relatives are."""
    folded = fold(text)
    named = [role for role, pattern in _ROLES.items() if role != "self" and re.search(rf"\b(?:{pattern})\b", folded)]
    if len(named) == 1:
        return named[0]
    if named:
        return None
    return "self" if re.search(rf"\b(?:{_ROLES['self']})\b", folded) else None


_WEB = (
    r"(?:na|w|przez|przejsc na|przenies\w* (?:to |sie |rozmowe )?na) (?:strone|stronie|strony|www|czat|czacie|chat|chacie|"
    r"przegladar\w+|internecie|komputer\w*)|"
    r"(?:on|via|through|in|to|over to) (?:the |your )?(?:website|web|browser|web chat|webchat|chat|page|site)|the web ?chat"
)
_WISH = re.compile(
    r"\b(?:wole|wolalbym|wolalabym|chce|chcialbym|chcialabym|moge|mozna|czy mozna|mozemy|przejdzmy|dokoncz\w*|kontynu\w*|przenies\w*|"
    r"lepiej|prosze|wyslij\w*|prefer|rather|can|could|let|continue|switch|move|finish|carry on|go on|send)\b"
)
_ALONE = frozenset({"strona", "www", "na stronie", "web", "website", "wole na stronie", "wole strone", "link do czatu"})
_OTHER_GOALS = re.compile(
    r"\b(?:umow\w*|zarejestr\w*|wizyt\w*|cen\w*|wynik\w*|recept\w*|godzin\w*|book|appointment|price|result\w*|prescription\w*|hours)\b"
)


def asks_for_web(text: str) -> bool:
    """True if somebody wants to go on with this conversation in the browser ("wolę na stronie")."""
    words = " ".join(_TOKEN.findall(fold(text)))
    if words in _ALONE:
        return True
    if len(words.split()) > 12 or _OTHER_GOALS.search(words):
        return False
    return re.search(rf"\b(?:{_WEB})\b", words) is not None and _WISH.search(words) is not None
