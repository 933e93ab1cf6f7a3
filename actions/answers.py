"""Answers from approved articles and the clinic's own facts: prices, hours, preparation. Nothing is made up."""

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from actions.context import Call, Events, HouseAction
from actions.goal_choices import goal_choices
from actions.handover import DefaultFallback, hand_over
from actions.place_words import asked_day, asks_for_the_place, asks_whether_done
from actions.reading import read
from actions.topics import what_was_spoken_of
from care.appointments import price_list
from care.appointments import service as clinic
from care.appointments.clinic import PriceFact
from care.appointments.models import Service, Specialty
from care.appointments.rules import OpenBlock
from conversations.choosing import Ranked, choices
from conversations.messages import last_content
from conversations.models import SafetyAlert
from conversations.protocols import Choice
from conversations.rules import COMPLEX
from conversations.understanding import fold
from core.i18n import LANGUAGES
from core.i18n import text as words
from knowledge.files import worded
from knowledge.retrieval import Answer, Choices
from knowledge.service import Reply, article, articles_of_service

ARTICLE = "article:"
PLACE = "place"
OFTEN_ASKED = ("ultrasound_abdomen", "blood_tests", "ecg")
"""Offered as examples where the price list has them."""


ALWAYS_PEOPLE = frozenset({"complaint", "data_rights", "contact_data", "medical_advice"})
"""An article never settles these: they change something, or somebody must answer for them."""
ASKED_OF_ARTICLES = frozenset(
    {"clinic_info", "documents", "insurance", "payment", "prepare", "referral", "service_info"}
)
"""Goals that look for an article first: where one of them is likeliest and an article surely answers, nobody is asked which they meant."""
WHICH = frozenset({"which-did-you-mean", "which-goal", "answer-choices", "price-which", "prepare-which"})
"""Questions which of several was meant. Elsewhere choices only stand beside what was said, and a no declines them."""
_THAT = frozenset(
    "a i no to ile za taka taki takie jaka jaki jest bedzie mnie mi kosztuje kosztowac koszt koszty kosztowala wyniesie zaplace place "
    "trzeba zaplacic cena cene ceny wizyta wizyte prywatnie wtedy and so how much is it that this does do will would cost costs the "
    "price what s for pay visit be going have privately".split()
)
"""Who asks for a price in these words alone means what was just spoken of."""
MANY_WORDS = 8
"""Who writes so much and is still not understood has no everyday request."""


class ClinicInfo(HouseAction):
    """Hours, address, directions, what is done here."""

    action_name = "action_clinic_info"

    async def act(self, call: Call) -> Events:
        """An approved article; else whether we do what was named; else both sites with today's hours, if that is what was asked."""
        reading = read(call.text, call.lexicon, call.language, call.now)
        if not call.option and (day := asked_day(call.text, reading, call.now)) is not None:
            for site in await clinic.sites(call.uow):
                hours = _hours(call, await clinic.site_hours(call.uow, site.code, day))
                call.say("site-day", name=site.name, day={"date": day.isoformat()}, hours=hours)
            return []
        is_whether = not call.option and asks_whether_done(call.text, reading.terms)
        if await answered(self, call, or_choices=not is_whether, unless="prepare" if is_whether else None):
            return []
        if reading.services or reading.specialties:
            await _say_offered(call, [*reading.services[:3], *reading.specialties[:3]])
            return []
        if not call.option and not asks_for_the_place(call.text):
            about = Choice("clinic_info", "menu-clinic-info", f"/clinic_info{json.dumps({'option': PLACE})}")
            call.say("info-unknown", (about, Choice("human", "menu-human", "/human")))
            return []
        for site in await clinic.sites(call.uow):
            place: dict[str, Any] = {"name": site.name, "address": site.address, "phone": site.phone}
            blocks = await clinic.site_hours(call.uow, site.code, call.now.astimezone(site.zone).date())
            is_over = not any(call.now < block.closes for block in blocks)
            opens = await clinic.next_opening(call.uow, site.code, call.now) if is_over else None
            if opens is not None:
                call.say("site-info-closed", **place, next={"when": opens.isoformat()})
                continue
            call.say("site-info", **place, hours=_hours(call, blocks))
        return []


class Price(HouseAction):
    """What something costs, from the one price list."""

    action_name = "action_price"

    async def act(self, call: Call) -> Events:
        """The price of what was named; asks what if nothing was."""
        if call.option and not call.option.startswith(ARTICLE):
            await _say_price(call, call.option)
            return []
        reading = read(call.text, call.lexicon, call.language, call.now)
        codes = reading.services or reading.specialties
        if not codes and call.slot("specialty"):
            codes = [call.slot("specialty")]  # "how much is that?" in the middle of a booking
        if not codes and not call.option and _THAT.issuperset(re.findall(r"\w+", fold(call.text))):
            codes = [one for one in [await what_was_spoken_of(call)] if one]
        if len(codes) > 3:
            call.say("price-which", tuple(await choices_of(call, codes[:3], "price")))
            return []
        if not codes and await answered(self, call, topic="payment"):
            return []
        if not codes:
            call.say("price-which", tuple(await choices_of(call, list(OFTEN_ASKED), "price")))
        for code in codes:
            await _say_price(call, code)
        return []


class Prepare(HouseAction):
    """How to prepare, from approved articles; never a guess."""

    action_name = "action_prepare"

    async def act(self, call: Call) -> Events:
        """The article of the examination named; a question back if it is not clear which."""
        reading = read(call.text, call.lexicon, call.language, call.now)
        for code in [call.option] if call.option and not call.option.startswith(ARTICLE) else reading.services:
            found = await articles_of_service(call.uow, code, "prepare")
            if len(found) == 1:
                await say_article(call, found[0])
                return []
        if not await answered(self, call, topic="prepare"):
            call.say("prepare-which", tuple(await choices_of(call, await _with_preparation(call), "prepare")))
        return []


class No(HouseAction):
    """A no outside of any task: none of what was offered, or nothing more."""

    action_name = "action_no"

    async def act(self, call: Call) -> Events:
        """Ask for other words, with a person beside it, where it was asked which was meant; else a goodbye."""
        last = await last_content(call.uow, call.case.id) or {}
        if last.get("key") in WHICH:
            call.say("none-of-these", (Choice("human", "menu-human", "/human"),))
        else:
            call.say("utter-goodbye")
        return []


class Fallback(DefaultFallback):
    """Not understood: an answer to what was just asked, an approved article, or what a lone name may mean, before giving up."""

    async def understand(self, call: Call) -> bool:
        """True if something helpful was said."""
        if (call.tracker.active_loop or {}).get("name"):
            return False
        reading = read(call.text, call.lexicon, call.language, call.now)
        last = await last_content(call.uow, call.case.id) or {}
        if last.get("key") == "price-which" and (codes := reading.services or reading.specialties):
            for code in codes[:3]:
                await _say_price(call, code)
            return True
        if last.get("key") == "prepare-which":
            for code in reading.services:
                for found in (await articles_of_service(call.uow, code, "prepare"))[:1]:
                    return await say_article(call, found)
        if reading.covered >= 0.6 and (codes := reading.specialties or reading.services):
            option = {"option": codes[0]}
            goals = await goal_choices(call.uow, call.language, ("book", "price", "prepare"), option)
            call.say("which-goal", goals, name=await _name_first(call, codes[0]))
            return True
        if await _is_for_a_person(self, call):
            await hand_over(self, call, COMPLEX)
            return True
        if _likeliest(call) in ASKED_OF_ARTICLES and await answered(self, call, or_choices=False):
            return True
        return await clarified(call) or await answered(self, call)


async def _is_for_a_person(action: HouseAction, call: Call) -> bool:
    """Outside a form: many words, and the likeliest goal is a person's anyway, or the message may be too much for the bot."""
    if (call.tracker.active_loop or {}).get("name") or len(call.text.split()) < MANY_WORDS:
        return False
    if _likeliest(call) in ALWAYS_PEOPLE:
        return True
    return action.parts.complexity is not None and await action.parts.complexity.may_be_complex(call.text)


def _likeliest(call: Call) -> str:
    ranking = call.tracker.latest_message.get("intent_ranking") or ()
    return next((str(one["name"]) for one in ranking if one["name"] != "nlu_fallback"), "")


async def clarified(call: Call) -> bool:
    """Offer the goals that the message may mean, with a person beside them; False if none is likely. Its words go with the goal."""
    ranking = [
        Ranked(str(one["name"]), float(one["confidence"]))
        for one in call.tracker.latest_message.get("intent_ranking") or ()
        if one["name"] != "nlu_fallback"
    ]
    goals = [goal for goal in choices(ranking) if goal != "human"]
    if not goals:
        return False
    about = {"about": str(call.message.id)}
    call.say("which-did-you-mean", await goal_choices(call.uow, call.language, (*goals, "human"), about))
    return True


async def answered(
    action: HouseAction, call: Call, topic: str | None = None, *, or_choices: bool = True, unless: str | None = None
) -> bool:
    """Say the approved article that answers, or offer the few that may; False if nothing approved fits, or one of the topic `unless`."""
    if call.option and call.option.startswith(ARTICLE):
        return await say_article(call, call.option.removeprefix(ARTICLE))
    found = await action.parts.library.ask(call.uow, call.text, call.language, topic)
    if isinstance(found, Answer) and found.match.topic != unless:
        return await say_article(call, found.match.article_id)
    if isinstance(found, Choices) and or_choices:
        offered = tuple(
            Choice(
                m.article_id,
                "choice-article",
                f"/clinic_info{json.dumps({'option': ARTICLE + m.article_id})}",
                {"name": m.question},
            )
            for m in found.matches
        )
        call.say("answer-choices", (*offered, Choice("human", "menu-human", "/human")))
        return True
    return False


async def say_article(call: Call, article_id: str) -> bool:
    """Say an approved article with its source; False if it is not published (any more)."""
    reply = await article(call.uow, article_id, call.language, call.message.channel, now=call.now)
    if not isinstance(reply, Reply):
        return False
    source = {"article": reply.article_id, "version": reply.version, "source": reply.source}
    words = await _reworded(call, reply)
    if words is not None:
        source["reworded"] = True
    said = worded(words or reply.text, reply.files, call.public_url, reply.language)
    call.say(said.key, **said.args, source=source)
    return True


async def _reworded(call: Call, reply: Reply) -> str | None:
    """Other words by the model, if it is on; never in a case in which the safety screen has fired."""
    if call.rephrasing is None:
        return None
    if await call.uow.session.scalar(select(SafetyAlert.id).where(SafetyAlert.case_id == call.case.id).limit(1)):
        return None
    return await call.rephrasing.reword(call.uow, reply.text, reply.language, call.message.channel, call.message.id)


def _hours(call: Call, blocks: Sequence[OpenBlock]) -> str:
    """The hours of one day, or that there are none."""
    hours = ", ".join(f"{block.opens:%H:%M}–{block.closes:%H:%M}" for block in blocks)
    return hours or words("site-hours-closed", call.language)


async def _say_price(call: Call, code: str) -> None:
    is_service = await call.uow.session.get(Service, code) is not None
    facts = await clinic.prices(
        call.uow, code if is_service else None, call.now, specialty=None if is_service else code
    )
    private = [fact for fact in facts if fact.payer == "private"]
    name = await _name_first(call, code)
    if not private:
        call.say("price-unknown", (Choice("human", "menu-human", "/human"),), name=name)
        return
    page = f"{call.public_url.rstrip('/')}{price_list.PAGE}"
    link = {"pl": page, "en": f"{page}?lang=en"}
    places = await _by_site(call, private)
    told = [(place, fact) for place, fact in places if fact is not None]
    since = {"since": max(fact.valid_from for _, fact in told or [("", private[0])]).isoformat()}
    if len({fact and fact.money for _, fact in places}) < 2:
        fact = told[0][1] if told else private[0]
        price = {"money": fact.money.grosze}
        coming = await price_list.coming(call.uow, "service" if is_service else "visit", code, call.now.date())
        if coming is not None and fact.site_code is None:
            then = {"since": coming.valid_from.isoformat()}
            call.say("price-visit-coming", name=name, price=price, then=then, next={"money": coming.amount}, link=link)
            return
        call.say("price-visit", name=name, price=price, since=since, link=link)
        return
    prices = {
        language: "; ".join(f"{place}: {fact.money.text(language)}" for place, fact in told) for language in LANGUAGES
    }
    call.say("price-visit-sites", name=name, prices=prices, since=since, link=link)


async def _say_offered(call: Call, codes: list[str]) -> None:
    """That these are done here. What may follow is offered once, below the last: its numbers would stand for two things."""
    for code in codes[:-1]:
        call.say("service-offered", name=await _name_first(call, code))
    goals, about = ["book"], {}
    if len(codes) == 1:
        goals = ["book", "price"] + ["prepare"] * bool(await articles_of_service(call.uow, codes[0], "prepare"))
        about = {"option": codes[0]}
    offered = await goal_choices(call.uow, call.language, goals, about)
    call.say("service-offered", offered, name=await _name_first(call, codes[-1]))


async def _by_site(call: Call, private: list[PriceFact]) -> list[tuple[str, PriceFact | None]]:
    """What holds at each site, by its name (the part that tells it from the others); None where nothing does."""
    at = {fact.site_code: fact for fact in reversed(private)}
    return [
        (place.name.rpartition("–")[2].strip(), at.get(place.code, at.get(None)))
        for place in await clinic.sites(call.uow)
    ]


async def _names(call: Call, services: list[str], specialties: list[str]) -> list[dict[str, str]]:
    names = []
    for code in services:
        service = await call.uow.session.get(Service, code)
        if service is not None:
            names.append({"pl": service.name_pl, "en": service.name_en})
    for code in specialties:
        field = await call.uow.session.get(Specialty, code)
        if field is not None:
            names.append({"pl": field.name_pl, "en": field.name_en})
    return names


async def _name_first(call: Call, code: str) -> dict[str, str]:
    """What a service or specialty is called where a sentence begins with it."""
    name = (await _names(call, [code], []) or await _names(call, [], [code]) or [{"pl": code, "en": code}])[0]
    return {language: words[:1].upper() + words[1:] for language, words in name.items()}


async def choices_of(call: Call, codes: list[str], goal: str) -> list[Choice]:
    """Services or specialties as choices that lead to a goal."""
    named = [(code, await _names(call, [code], []) or await _names(call, [], [code])) for code in codes]
    return [
        Choice(code, "choice-named", f"/{goal}{json.dumps({'option': code})}", {"name": names[0]})
        for code, names in named
        if names
    ]


async def _with_preparation(call: Call) -> list[str]:
    """Up to three examinations that have an article on preparing."""
    found: list[str] = []
    for service in await clinic.services(call.uow):
        if len(found) < 3 and await articles_of_service(call.uow, service.code, "prepare"):
            found.append(service.code)
    return found
