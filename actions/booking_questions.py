"""The booking form's questions: each says what can be answered, with choices where there are few."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from actions.context import Call, Events, HouseAction
from actions.offers import (
    NO_REFERRAL,
    OTHER_TIME,
    SOONEST,
    chosen,
    inform,
    offer_choice,
    other_time,
    private_price,
    wish,
)
from actions.persons import ask_person, person_said
from actions.wishes import Wish
from care.appointments import service as appointments
from conversations.protocols import Choice


class AskOffer(HouseAction):
    """Offers up to three free slots, or the nearest ones if the wish cannot be met."""

    action_name = "action_ask_booking_form_offer"

    async def act(self, call: Call) -> Events:
        """Say the offers as choices."""
        clinician = UUID(call.slot("clinician")) if call.slot("clinician") else None
        await say_offers(call, call.slot("specialty"), clinician, call.slot("payer"))
        return []


async def say_offers(
    call: Call, specialty: str, clinician_id: UUID | None, payer: str | None, *, is_payer_fixed: bool = False
) -> None:
    """Up to three free slots that fit the wish, else the nearest, else other people's; always with a way on."""
    wanted = wish(call)
    start, end = wanted.start, wanted.end
    of: dict[str, Any] = {"specialty": specialty, "payer": payer, "now": call.now, "clinician_id": clinician_id}
    if by := call.slot("visit_by"):
        await _say_soon_enough(call, datetime.fromisoformat(by), of, wanted)
        return
    search = partial(appointments.search_offers, call.uow, call.access)
    offers = await search(**of, fits=wanted.fits)
    key = "offers-here"
    if not offers and end is not None and end <= call.now:
        key, offers = "offers-past", await search(**of, fits=wanted.suits)
    elif not offers and clinician_id is not None:
        of["clinician_id"] = None
        key, offers = "offers-others-then", await search(**of, fits=wanted.fits)
        of["clinician_id"] = clinician_id
    if not offers:
        key = "offers-closed" if await _is_closed_day(call, start, end) else "offers-nearest"
        near = partial(appointments.nearest_offers, call.uow, call.access, **of, start=start, end=end)
        offers = await near(fits=wanted.suits) or await near() or await search(**of)
    if not offers and (clinician_id or (payer and not is_payer_fixed)):
        of |= {"clinician_id": None, "payer": payer if is_payer_fixed else None}
        key, offers = "offers-others", await search(**of, fits=wanted.fits) or await search(**of)
    if not offers:
        call.say("offers-none", (other_time(), Choice("human", "menu-human", "/human")))
        return
    call.say(key, (*(offer_choice(offer) for offer in offers), other_time()))


async def _say_soon_enough(call: Call, by: datetime, of: dict[str, Any], wanted: Wish) -> None:
    """Only slots until `by`, which triage set: those that fit the wish, else any, else anybody's; without one a person."""
    search = partial(appointments.search_offers, call.uow, call.access)
    fitting = await search(**of, fits=lambda at: at <= by and wanted.fits(at))
    offers = fitting or await search(**of, fits=lambda at: at <= by)
    if not offers and of["clinician_id"] is not None:
        offers = await search(**of | {"clinician_id": None}, fits=lambda at: at <= by)
    if not offers:
        call.say("triage-no-slot", (Choice("human", "menu-human", "/human"),))
        return
    key = "offers-here" if fitting else "triage-only-soon"
    call.say(key, (*(offer_choice(offer) for offer in offers), other_time()))


class AskPayer(HouseAction):
    """Public or private?"""

    action_name = "action_ask_booking_form_payer"

    async def act(self, call: Call) -> Events:
        """Say both with the private price."""
        price = await private_price(call)
        private = Choice(
            "private", "choice-payer-private-price" if price else "choice-payer-private", inform("private"), price
        )
        call.say("ask-payer", (Choice("nfz", "choice-payer-nfz", inform("nfz")), private))
        return []


class AskVisitKind(HouseAction):
    """First visit or a follow-up?"""

    action_name = "action_ask_booking_form_visit_kind"

    async def act(self, call: Call) -> Events:
        """Say both."""
        kinds = ("first", "follow_up")
        call.say("ask-visit-kind", tuple(Choice(k, f"choice-visit-{k.replace('_', '-')}", inform(k)) for k in kinds))
        return []


class AskTimeWindow(HouseAction):
    """When?"""

    action_name = "action_ask_time_window"

    async def act(self, call: Call) -> Events:
        """Ask, with the soonest as a choice."""
        is_move = (call.tracker.active_loop or {}).get("name") == "reschedule_form"
        call.say(
            "ask-time-window-instead" if is_move else "ask-time-window",
            (Choice(SOONEST, "choice-soonest", inform(SOONEST)),),
        )
        return []


class AskPatientName(HouseAction):
    """For whom?"""

    action_name = "action_ask_booking_form_patient_name"

    async def act(self, call: Call) -> Events:
        """Ask for name and birth date, or whether it is the same person."""
        ask_person(call, "ask-patient-for-booking")
        return []


class AskReferral(HouseAction):
    """The e-referral's code."""

    action_name = "action_ask_booking_form_referral_code"

    async def act(self, call: Call) -> Events:
        """Ask for four digits."""
        call.say("ask-referral-code", (Choice(NO_REFERRAL, "choice-no-referral", inform(NO_REFERRAL)),))
        return []


class AskConfirmation(HouseAction):
    """Reads back day, hour, person of the clinic, place and payer before anything is booked."""

    action_name = "action_ask_booking_form_booking_confirmed"

    async def act(self, call: Call) -> Events:
        """Say it all, with yes and no."""
        offer = chosen(call)
        assert offer is not None, "the form asks for the confirmation last"
        price = await private_price(call) if call.slot("payer") == "private" else {}
        key = "confirm-booking-private" if price else f"confirm-booking-{call.slot('payer')}"
        yes, no = Choice("yes", "choice-yes-book", "/affirm"), Choice("no", "choice-no-other", inform(OTHER_TIME))
        said = {
            "at": {"when": offer["start"]},
            "clinician": offer["clinician_name"],
            "site": offer["site_name"],
            **person_said(call),
        }
        call.say(key, (yes, no), **said, **(price or {"price": 0}))
        return []


async def _is_closed_day(call: Call, start: datetime | None, end: datetime | None) -> bool:
    """True if the wish is one day on which no site is open."""
    if start is None or end is None or end - start > timedelta(days=1) or start.date() == end.date() == call.now.date():
        return False
    places = await appointments.sites(call.uow)
    return not any([await appointments.site_hours(call.uow, place.code, start.date()) for place in places])
