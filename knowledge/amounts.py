"""The amounts of money that articles name, held against the price list: each sentence against what it speaks of."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from care.appointments import lexicon
from care.appointments.models import Price
from core.db import UnitOfWork
from knowledge.models import ArticleVersion

_MONEY = re.compile(r"(?<![\d,.])(\d{2,5})(?:[,.](\d{2}))?\s?(?:zł|zl|pln)\b|\bPLN\s?(\d{2,5})", re.IGNORECASE)
_ENDS = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-ząćęłńóśźż])|;|\n(?=\s*(?:[-–•*]|\d+[.)]|[^\W\d_a-ząćęłńóśźż]))")
"""Between sentences and lines of a list; not after "np." before a small letter or a figure, nor at a line broken for its length."""


@dataclass(frozen=True)
class Prices:
    """The price list of a day. Amounts are as people write them, in złoty: "250" or "249,50"."""

    every: frozenset[str]
    of: Mapping[tuple[str, str], frozenset[str]]
    """By `service` or `specialty` and its code, at any site."""


@dataclass(frozen=True)
class Wrong:
    """An amount that the price list does not have; or not for what it is said of (`name`), which has these `prices`."""

    amount: str
    name: str = ""
    prices: tuple[str, ...] = ()


async def price_list(uow: UnitOfWork, day: date) -> Prices:
    """The prices valid that day."""
    of: dict[tuple[str, str], set[str]] = {}
    for one in await uow.session.scalars(select(Price).where(Price.valid_on(day))):
        key = ("service", one.service_code) if one.service_code else ("specialty", one.specialty or "")
        of.setdefault(key, set()).add(_złoty(one.amount))
    return Prices(frozenset().union(*of.values()), {key: frozenset(amounts) for key, amounts in of.items()})


async def wrong_in(
    uow: UnitOfWork, texts: Iterable[ArticleVersion], prices: Prices
) -> list[tuple[ArticleVersion, Wrong]]:
    """What these words say against the price list, each once.

    In a sentence that names exactly one examination or specialty that has a price, the amounts are its own; in any other
    they are somewhere in the list.
    """
    naming = [one for one in texts if any(_MONEY.search(word) for word in _words(one))]
    terms = await lexicon.load(uow) if naming else None
    return [(text, one) for text in naming if terms is not None for one in dict.fromkeys(_wrong(text, prices, terms))]


def _wrong(text: ArticleVersion, prices: Prices, terms: lexicon.Lexicon) -> Iterator[Wrong]:
    for sentence in (part for word in _words(text) for part in _ENDS.split(word)):
        amounts = list(_amounts(sentence))
        named = [one for one in terms.find(sentence, text.language) if one.kind != "clinician"] if amounts else []
        own = prices.of.get((named[0].kind, named[0].id)) if len({(one.kind, one.id) for one in named}) == 1 else None
        if own is None or any(one.typos for one in named):
            yield from (Wrong(amount) for amount in amounts if amount not in prices.every)
        else:
            known = tuple(sorted(own, key=lambda amount: float(amount.replace(",", "."))))
            yield from (Wrong(amount, named[0].value, known) for amount in amounts if amount not in own)


def _złoty(grosze: int) -> str:
    whole_part, rest = divmod(grosze, 100)
    return f"{whole_part},{rest:02d}" if rest else str(whole_part)


def _amounts(text: str) -> Iterator[str]:
    for found in _MONEY.finditer(text):
        yield f"{found[1] or found[3]},{found[2]}" if found[2] not in (None, "00") else str(found[1] or found[3])


def _words(text: ArticleVersion) -> list[str]:
    return [word for word in (text.answer, text.variant_sms, text.variant_voice) if word]
