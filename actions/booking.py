"""Booking a visit: the form's validation and the act itself. The questions are in `actions.booking_questions`."""

import re
from dataclasses import replace
from uuid import UUID

from actions.changes import EASY_COVERAGE, ORDER, SURE, impossible, moves_about, part_named, unknown_clinician
from actions.context import Call, Events, HouseAction, slot_set
from actions.corrections import Said, heard, mended_name, renamed
from actions.handover import hand_over
from actions.offers import (
    NO_REFERRAL,
    OTHER_TIME,
    SLOTS,
    again,
    choose,
    chosen,
    drop_offer,
    examination_by_people,
    forget_times,
    named_offer,
    needs_referral,
    offer_payers,
    set_wish,
    specialties_of,
    specialty_choice,
    specialty_of_code,
    take_against,
    take_relative,
    take_times,
    times_against,
)
from actions.persons import forget_person, needs_person, read_introduction, read_person, registered
from actions.reading import Reading, lacks_referral, read, read_code, yes_or_no
from actions.topics import take_topic
from actions.wishes import SAID_LIMIT, Wish
from care.appointments import service as appointments
from care.appointments.models import Service
from care.appointments.offers import parse_offer_key
from conversations.understanding import fold
from core.errors import Refused
from core.ids import PatientId
from core.when import find_date

INTERRUPTIONS = frozenset(
    "human stop_task clinic_info price prepare help thanks greet goodbye repeat change_language list_visits "
    "cancel_visit out_of_scope praise chitchat slower louder reschedule confirm_visit running_late service_info "
    "referral refill prescription_code results documents insurance complaint data_rights stop_messages contact_data "
    "symptoms medical_advice emergency".split()
)
_BECAUSE = re.compile(r"\W*(?:bo|poniewaz|gdyz|because|cause|cos|it s because|its because|it.s because)\b")
RELATIVE_AT = frozenset({"offer", "booking_confirmed"})
"""Where "later" and "earlier" speak of the times on offer, whatever else they are taken for: nothing is booked yet."""


class ValidateBooking(HouseAction):
    """Takes answers out of a message in any order; a change of plan gives the chosen slot up."""

    action_name = "validate_booking_form"

    async def act(self, call: Call) -> Events:
        """Slots taken from the message and the next question; nothing at all when the message is no answer."""
        requested = call.slot("requested_slot")
        said = heard(call.text)
        reading = read(said.text, call.lexicon, call.language, call.now)
        if requested and self._moves(call, reading, requested):
            call.set(requested, call.slot(requested))  # Rasa takes no answer for one that sets no slot.
            return [slot_set("requested_slot", await next_question(call))]
        if requested in RELATIVE_AT and not reading.times and call.option is None and await take_relative(call):
            return [slot_set("requested_slot", await next_question(call))]
        if requested and interrupts(call, reading, requested):
            return []
        if requested is None and call.slot("visit"):
            forget_times(call)  # A form about a visit was left for a person, with its answers.
        if (requested in (None, "specialty") or said.is_correction) and await examination_by_people(call, reading):
            return [slot_set("requested_slot", None)]  # `action_book` says so.
        before = dict(call.changed)
        await self._read(call, said, reading, requested)
        if requested is None and not (reading.terms or call.option or call.said):
            await take_topic(call)
        if requested and call.changed == before and not call.said and not await self._explains(call, requested):
            return []
        if requested == "specialty" and call.changed and not call.said and not call.slot("specialty"):
            call.say("booking-noted")  # The same question comes again: what was said with it is kept.
        if requested and not call.changed:
            call.set(requested, call.slot(requested))
        await self._settle_terms(call)
        return [slot_set("requested_slot", await next_question(call))]

    def _moves(self, call: Call, reading: Reading, requested: str) -> bool:
        """A step back, over, or to the beginning; True if the message was one."""
        if call.intent == "skip" and requested == "referral_code":
            return False  # The referral's own words say what follows without one.
        return moves_about(call, reading, requested, ORDER)

    async def _explains(self, call: Call, requested: str) -> bool:
        """Nothing could be taken: say what is known about why. True if anything was said."""
        if requested in ("time_window", "offer", "booking_confirmed") and impossible(call):
            return True
        if await unknown_clinician(call):
            return True
        if gives_reason(call):
            call.say("booking-reason-noted")
            return True
        return call.intent == "correct" and call.confidence >= SURE and part_named(call)

    async def _read(self, call: Call, said: Said, reading: Reading, requested: str | None) -> None:
        option = call.option
        if option == OTHER_TIME:
            drop_offer(call)
            call.set("time_window", None)
            return
        if said.is_unable and take_against(call, said):
            reading = replace(reading, times=(), is_any_time=False)  # The times it names are those that do not suit.
        if self._mended(call, said, reading):
            return
        if requested in ("patient_name", "birth_date"):
            if not (said.is_correction and changes_plan(reading)) and read_person(call, requested):
                return
        elif requested == "offer" and option and parse_offer_key(option):
            await choose(call, option)
            return
        elif requested == "referral_code":
            self._read_code(call)
            if call.changed or call.said:
                return
        elif requested == "booking_confirmed" and await self._read_answer(call, said, reading, option):
            return
        read_introduction(call)
        await self._read_plan(call, reading, requested, option)
        if requested is None and call.intent == "next_slots" and not call.slot("time_window"):
            set_wish(call, Wish(said=call.text[:SAID_LIMIT]))  # "What is free?" is answered, not asked back.
        if said.rejected and not said.is_unable:
            take_against(call, said)

    async def _read_answer(self, call: Call, said: Said, reading: Reading, option: str | None) -> bool:
        """The yes or no to the read-back; False for a change of plan. "Yes, but on the NFZ" books nothing."""
        answer = yes_or_no(call.text, call.intent)
        if said.is_correction and (changes_plan(reading) or mended_birth(call, said)):
            return "birth_date" in call.changed
        if answer is None:
            return False
        if answer and changes_plan(reading):
            before = (call.slot("payer"), call.slot("visit_kind"), call.slot("specialty"))
            await self._read_plan(call, reading, "booking_confirmed", option)
            if call.slot("offer") and before == (call.slot("payer"), call.slot("visit_kind"), call.slot("specialty")):
                call.set("booking_confirmed", "yes")
            return True
        if not answer and changes_plan(reading):
            return False
        call.set("booking_confirmed", "yes" if answer else None)
        if not answer:
            drop_offer(call)
            call.say("booking-not-this")
        return True

    def _mended(self, call: Call, said: Said, reading: Reading) -> bool:
        """A name given before, put right."""
        name = str(call.slot("patient_name") or "")
        mended = mended_name(name, said) if name else None
        if name and mended is None and not reading.terms and not reading.times:
            mended = renamed(name, call.text)
        if mended is not None:
            call.set("patient_name", mended)
            call.set("booking_confirmed", None)
        return mended is not None

    async def _read_plan(self, call: Call, reading: Reading, requested: str | None, option: str | None) -> None:
        """Specialty, clinician, time, payer and kind of visit: what may change at any step before the booking."""
        if requested == "offer" and reading.times and (key := await named_offer(call, reading)):
            await choose(call, key)
            return
        picked = await specialty_of_code(call, option) if option and requested in (None, "specialty") else None
        specialties = [picked] if picked else await specialties_of(call, reading)
        if len(specialties) == 1 and specialties[0] != call.slot("specialty"):
            if call.slot("specialty"):
                call.set("visit_kind", None)  # a first visit is first with one specialist
                call.set("visit_by", None)  # what triage wanted soon was another one's
                call.set("referral_code", None)
            call.set("specialty", specialties[0])
            call.set("clinician", None)
            drop_offer(call)
        elif len(specialties) > 1 and not call.slot("specialty"):
            call.say("specialty-which", tuple([await specialty_choice(call, code) for code in specialties[:3]]))
            call.set("specialty", None)
        if len(reading.clinicians) == 1 and reading.clinicians[0] != call.slot("clinician"):
            call.set("clinician", reading.clinicians[0])
            if offered_clinician(call) != reading.clinicians[0]:
                drop_offer(call)
        ends = [span.end for span in reading.times]
        is_past = bool(ends) and all(end is not None and end <= call.now for end in ends)
        if not is_past or requested in ("time_window", "offer"):  # A birth date is no wish.
            take_times(call, reading, option)
        if (payer := reading.payer or (option if option in ("nfz", "private") else None)) and payer != call.slot(
            "payer"
        ):
            call.set("payer", payer)
            call.set("referral_code", None)
        if kind := reading.visit_kind or (option if option in ("first", "follow_up") else None):
            call.set("visit_kind", kind)

    def _read_code(self, call: Call) -> None:
        if (
            call.option == NO_REFERRAL
            or lacks_referral(call.text)
            or (call.option is None and yes_or_no(call.text, call.intent) is False)
        ):
            call.say("referral-none")
            call.set("payer", "private")
            if "private" not in offer_payers(call):
                drop_offer(call)
        elif code := read_code(call.text):
            call.set("referral_code", code)
        elif any(char.isdigit() for char in call.text):
            call.say("referral-malformed")
            call.set("referral_code", None)

    async def _settle_terms(self, call: Call) -> None:
        """What follows from what is known: the only payer of a slot needs no question; a payer the slot lacks frees it."""
        payers = offer_payers(call)
        if not payers:
            return
        payer = call.slot("payer")
        if payer and payer not in payers:
            call.say("payer-not-at-this-slot")
            drop_offer(call)
        elif not payer and len(payers) == 1:
            call.set("payer", payers[0])


async def next_question(call: Call) -> str | None:
    """The first slot still needed, in the order of the conversation; None when all is known."""
    for name in ("specialty", "time_window", "offer", "payer", "visit_kind"):
        if not call.slot(name):
            return name
    if person := needs_person(call):
        return person
    if not call.slot("referral_code") and await needs_referral(call):
        return "referral_code"
    return None if call.slot("booking_confirmed") else "booking_confirmed"


class Book(HouseAction):
    """Books what was confirmed; once, however often Rasa or we try."""

    action_name = "action_book"
    is_lasting = True

    async def act(self, call: Call) -> Events:
        """Register the person, book, tie the case to them; a lost slot goes back to offers."""
        reading = read(call.text, call.lexicon, call.language, call.now)
        if (examination := await examination_by_people(call, reading)) and call.slot("booking_confirmed") != "yes":
            await self._leave_to_people(call, examination)
            return []
        offer = chosen(call)
        if offer is None or call.slot("booking_confirmed") != "yes":
            call.say("booking-lost")
            return []
        patient = await registered(call)
        if isinstance(patient, Refused):
            call.say(patient.reason, **patient.args)
            return []
        made = await appointments.book(
            call.uow, call.access, patient_id=patient.id, payer=call.slot("payer"), visit_kind=call.slot("visit_kind"),
            referral_code=call.slot("referral_code"), case_id=call.case.id, contact_point_id=call.contact_point_id,
            channel=call.message.channel, idempotency_key=call.idempotency_key("book"), now=call.now, offer_key=offer["key"],
        )  # fmt: skip
        if isinstance(made, Refused):
            call.say(f"refused-{made.reason}", (again(),))
            for name in ("offer", "booking_confirmed"):
                call.set(name, None)
            return []
        visit = await appointments.describe(call.uow, made)
        call.say(
            "booked", at={"when": visit.start.isoformat()}, clinician=visit.clinician_name, site=visit.site_name,
            address=visit.site_address,
        )  # fmt: skip
        made.booked_by_case_id = await self._tie(call, PatientId(patient.id))
        forget_person(call)
        for name in SLOTS:
            call.set(name, None)
        return []

    async def _leave_to_people(self, call: Call, examination: Service) -> None:
        call.say("examination-by-people", name={"pl": examination.name_pl, "en": examination.name_en})
        await hand_over(self, call, "staff-request", is_explained=True)
        for name in SLOTS:
            if call.slot(name) is not None:
                call.set(name, None)

    async def _tie(self, call: Call, patient_id: PatientId) -> UUID:
        """The case that concerns the patient: this one, or for somebody else's booking a new one, with nothing carried over."""
        cases = self.parts.cases
        if await cases.concern(call.uow, call.case.id, patient_id) is None:
            return call.case.id
        return (await cases.open_next(call.uow, call.case.id, patient_id, {}, call.now)).id


def changes_plan(reading: Reading) -> bool:
    """True if a message names anything of the visit's plan."""
    return bool(reading.terms or reading.times or reading.refused or reading.payer or reading.visit_kind)


def mended_birth(call: Call, said: Said) -> bool:
    """True if the correction is a birth date, which is then kept."""
    born = find_date(said.text, now=call.now, language=call.language)
    if born is None:
        return False
    call.set("birth_date", born.isoformat())
    call.set("booking_confirmed", None)
    return True


def offered_clinician(call: Call) -> str | None:
    """Whose slot was chosen."""
    offer = chosen(call)
    key = parse_offer_key(offer["key"]) if offer else None
    return str(key.clinician_id) if key else None


def gives_reason(call: Call) -> bool:
    """True for why somebody comes, told while a visit is booked ("bo boli mnie ząb"): no wish to begin something else."""
    return call.intent == "symptoms" and _BECAUSE.match(fold(call.text)) is not None


def interrupts(call: Call, reading: Reading, requested: str) -> bool:
    """True for a message that asks for something else. What the grammars account for is an answer, whatever its intent."""
    if gives_reason(call) or call.option is not None or reading.covered >= EASY_COVERAGE:
        return False
    if requested in ("patient_name", "birth_date", "referral_code") and any(char.isdigit() for char in call.text):
        return False
    if (requested == "referral_code" and lacks_referral(call.text)) or (
        requested == "booking_confirmed" and reading.payer
    ):
        return False
    if (said := heard(call.text)).is_unable and times_against(call, said):
        return False  # "I can't make it on Monday" calls no visit off while one is being booked.
    return call.intent in INTERRUPTIONS and call.confidence >= SURE
