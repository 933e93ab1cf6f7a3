"""Offered and chosen slots in a conversation: what the slot `offer` and `time_window` hold, and the choices made of them."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actions.context import Call
from actions.corrections import Said
from actions.reading import Reading, read
from actions.wishes import SAID_LIMIT, Window, Wish
from care.appointments import rules as appointment_rules
from care.appointments import service as appointments
from care.appointments.models import Clinician, Service, Specialty
from care.appointments.offers import Offer, parse_offer_key
from conversations.messages import offered_choices
from conversations.protocols import Choice
from conversations.understanding import fold
from core.errors import Refused
from core.when import TimeSpan

_LATER = re.compile(r"\b(?:pozniej\w*|pozniejsz\w+|later)\b")
_EARLIER = re.compile(r"\b(?:wczesniej\w*|wczesniejsz\w+|earlier|sooner)\b")
_NOT_OF_THE_VISIT = re.compile(
    r"\b(?:potwierdz|zadzwoni|dzwoni|napisz|odpisz|odpowiem|powiem|dam znac|zaplac|place|zdecyduj)\w*"
    r"|\b(?:confirm|call|text|tell|answer|pay|decide|let you know|sooner or)\b"
)
"""What is done later is something else: "zapłacę później", "I'll confirm later"."""
_SAME_DAY = re.compile(r"\b(?:tego samego dnia|w ciagu dnia|tego dnia|that day|same day|in the day|on the day)\b")
OTHER_TIME, SOONEST, NO_REFERRAL = "other_time", "soonest", "no_referral"
SLOTS = (
    "specialty", "clinician", "time_window", "offer", "payer", "visit_kind", "person", "patient_name", "birth_date",
    "referral_code", "booking_confirmed", "visit_by",
)  # fmt: skip

TRIAGE_SLOTS = ("triage_complaint", "triage_age", "triage_duration", "triage_signs")
"""The interview's questions; what was answered stands in the slot `triage`."""
REFILL_SLOTS = ("refill", "refill_said", "refill_medicine", "refill_supply", "refill_dose", "refill_confirmed")
"""What a request for a prescription keeps."""
VISIT_SLOTS = ("visit", "visit_notice", "cancel_confirmed", "move_said", "move_confirmed")
"""What the forms about a visit one has keep, beside the person and what they share with booking."""


def inform(option: str) -> str:
    """The payload of a choice that answers a question."""
    return f"/inform{json.dumps({'option': option})}"


def other_time() -> Choice:
    """None of these."""
    return Choice(OTHER_TIME, "choice-other-time", inform(OTHER_TIME))


def again() -> Choice:
    """Book again after a refusal."""
    return Choice("book", "choice-book-again", "/book")


def offer_choice(offer: Offer) -> Choice:
    """One offered slot: day, hour, who."""
    return Choice(
        offer.key,
        "choice-offer" if len(offer.payers) > 1 else f"choice-offer-{next(iter(offer.payers))}",
        inform(offer.key),
        {
            "at": {"when": offer.start.isoformat()},
            "clinician": offer.clinician_name,
            "site": offer.site_name.rpartition("–")[2].strip(),
        },
    )


def chosen(call: Call) -> dict[str, Any] | None:
    """The chosen slot as `choose` kept it."""
    value = call.slot("offer")
    return json.loads(value) if value else None


def offer_payers(call: Call) -> list[str]:
    """Who may pay for the chosen slot; empty without one."""
    offer = chosen(call)
    return list(offer["payers"]) if offer else []


def drop_offer(call: Call) -> None:
    """Forget the chosen slot. Its hold runs out by itself, or goes to the next choice."""
    for name in ("offer", "booking_confirmed"):
        if call.slot(name):
            call.set(name, None)


async def choose(call: Call, key: str) -> None:
    """Hold the chosen slot for ten minutes; if it has just gone, say so and offer again."""
    offer = await _find(call, key)
    held: object = Refused("slot-taken")
    if offer is not None:
        held = await appointments.hold(
            call.uow,
            call.access,
            key,
            case_id=call.case.id,
            idempotency_key=call.idempotency_key(f"hold:{key}"),
            now=call.now,
        )
    if offer is None or isinstance(held, Refused):
        call.say(f"refused-{held.reason if isinstance(held, Refused) else 'slot-taken'}")
        call.set("offer", None)
        return
    price = offer.price_private.grosze if offer.price_private else None
    kept = {
        "key": key, "start": offer.start.isoformat(), "clinician_name": offer.clinician_name, "site_name": offer.site_name,
        "payers": sorted(offer.payers), "specialty": offer.specialty, "price": price,
    }  # fmt: skip
    call.set("offer", json.dumps(kept))
    call.set("booking_confirmed", None)


async def named_offer(call: Call, reading: Reading) -> str | None:
    """The key of the one offered slot that a message names by day or hour ("ten o 15:20"), if exactly one fits."""
    keys = []
    for choice in await offered_choices(call.uow, call.case.id):
        parsed = parse_offer_key(str(choice["id"]))
        if parsed is not None and all(
            (span.start is None or span.start <= parsed.start) and (span.end is None or parsed.start < span.end)
            for span in reading.times
        ):
            keys.append(str(choice["id"]))
    return keys[0] if len(keys) == 1 else None


def set_wish(call: Call, wanted: Wish) -> None:
    """Remember when the person can come; a chosen slot that does not fit it is given up."""
    call.set("time_window", wanted.to_json())
    offer = chosen(call)
    if offer is not None and not wanted.fits(datetime.fromisoformat(offer["start"])):
        drop_offer(call)


def forget_times(call: Call) -> None:
    """Forget what another form left about a visit and its time: those answers were to other questions."""
    for name in (*VISIT_SLOTS, "clinician", "time_window", "offer", "booking_confirmed", "visit_by"):
        if call.slot(name) is not None:
            call.set(name, None)


def take_times(call: Call, reading: Reading, option: str | None) -> bool:
    """The times of a message join the wish; bare hours are of the chosen slot's day. True if the wish changed."""
    if reading.refused and not reading.times:
        set_wish(call, wish(call).unless(reading.refused, call.text))
        return True
    if reading.times:
        offer = chosen(call)
        on_day = datetime.fromisoformat(offer["start"]).date() if offer else None
        words = " ".join(dict.fromkeys(span.text for span in reading.times))
        set_wish(call, wish(call).wanting(reading.times, on_day, words).unless(reading.refused, words))
        if offer is not None and any(_is_another_hour(span, offer["start"]) for span in reading.times):
            drop_offer(call)
        return True
    if reading.is_any_time or option == SOONEST:
        set_wish(call, Wish(said=call.text[:SAID_LIMIT]))
        return True
    return False


def says_relative(text: str) -> bool:
    """True if a text speaks of later or earlier."""
    folded = fold(text)
    return _LATER.search(folded) is not None or _EARLIER.search(folded) is not None


async def take_relative(call: Call, base: datetime | None = None, said: str | None = None) -> bool:
    """ "Later" and "earlier" without a time: than `base`, else than the chosen slot, else than those on offer.

    "Later that day" stays within the day. Read in the message, or in the words given; True if they say it.
    """
    text = call.text if said is None else said
    folded = fold(text)
    if _NOT_OF_THE_VISIT.search(folded):
        return False
    is_later = _LATER.search(folded) is not None
    if is_later == (_EARLIER.search(folded) is not None):
        return False
    offer = chosen(call)
    if base is None and offer is not None:
        base = datetime.fromisoformat(offer["start"])
    if base is None:
        parsed = [parse_offer_key(str(one["id"])) for one in await offered_choices(call.uow, call.case.id)]
        starts = [one.start for one in parsed if one is not None]
        base = (max(starts) if is_later else min(starts)) if starts else None
    if base is None:
        return False
    begins = base.replace(hour=0, minute=0, second=0, microsecond=0)
    is_same_day = _SAME_DAY.search(folded) is not None
    around: Window
    if is_later:
        around = (base + timedelta(minutes=1), begins + timedelta(days=1) if is_same_day else None)
    else:
        around = (begins if is_same_day else None, base)
    kept = wish(call)
    set_wish(call, replace(kept, windows=(around,), hours=(), said=text[:SAID_LIMIT]))
    return True


def _is_another_hour(span: TimeSpan, start: str) -> bool:
    """True if one hour was named, and it is not the chosen slot's: "o 9" is not the slot of 9:20, though it begins within that hour."""
    if span.start is None or span.end is None or span.end - span.start > timedelta(hours=1):
        return False
    return span.start.time() != datetime.fromisoformat(start).time()


def take_against(call: Call, said: Said) -> bool:
    """The times at which the person cannot come leave the wish; True if there were any."""
    against = times_against(call, said)
    if against:
        set_wish(call, wish(call).unless(against, call.text))
    return bool(against)


def times_against(call: Call, said: Said) -> tuple[TimeSpan, ...]:
    """The times at which the person says they cannot come."""
    if said.is_unable and (refused := read(said.text, call.lexicon, call.language, call.now).refused):
        return refused
    return read(said.rejected, call.lexicon, call.language, call.now).times


def wish(call: Call) -> Wish:
    """When the person can come."""
    return Wish.from_json(call.slot("time_window"))


async def needs_referral(call: Call) -> bool:
    """True where the public payer wants an e-referral for what is being booked."""
    if not call.slot("specialty"):
        return False
    field = await appointments.specialty(call.uow, call.slot("specialty"))
    return appointment_rules.needs_referral(field.needs_referral_nfz, call.slot("payer"), call.slot("visit_kind"))


async def private_price(call: Call) -> dict[str, Any]:
    """The price argument of the chosen slot, or nothing if it has none."""
    offer = chosen(call)
    return {"price": {"money": offer["price"]}} if offer and offer.get("price") else {}


async def specialties_of(call: Call, reading: Reading) -> list[str]:
    """Specialties a message means: named, or those of the service or the clinician it names."""
    if reading.specialties:
        return reading.specialties
    found = [specialty for code in reading.services if (specialty := await specialty_of_code(call, code))]
    if not found and len(reading.clinicians) == 1:
        clinician = await call.uow.session.get(Clinician, UUID(reading.clinicians[0]))
        found = list(clinician.specialties) if clinician else []
        if call.slot("specialty") in found:
            return [call.slot("specialty")]
    return list(dict.fromkeys(found))


async def specialty_of_code(call: Call, code: str) -> str | None:
    """The specialty that a picked code is or, of an examination, belongs to; None if there is none."""
    if await call.uow.session.get(Specialty, code) is not None:
        return code
    service = await call.uow.session.get(Service, code)
    return service.specialty if service is not None else None


async def examination_by_people(call: Call, reading: Reading) -> Service | None:
    """The examination that was named or picked and has no times here, so that people book it; None where anything named has."""
    codes = [call.option] if call.option else reading.services
    if not call.option and (reading.specialties or reading.clinicians):
        return None
    services = [one for code in codes if (one := await call.uow.session.get(Service, code)) is not None]
    return services[0] if services and not any(one.specialty for one in services) else None


async def specialty_choice(call: Call, code: str) -> Choice:
    """A specialty by its name."""
    field = await appointments.specialty(call.uow, code)
    return Choice(code, "choice-named", inform(code), {"name": {"pl": field.name_pl, "en": field.name_en}})


async def _find(call: Call, key: str) -> Offer | None:
    """The offer of a key, as it stands now."""
    parsed = parse_offer_key(key)
    if parsed is None:
        return None
    found = await appointments.search_offers(
        call.uow, call.access, specialty=parsed.specialty, start=parsed.start, end=parsed.start + timedelta(minutes=1),
        clinician_id=parsed.clinician_id, now=call.now, limit=5,
    )  # fmt: skip
    return next((offer for offer in found if offer.key == key), None)
