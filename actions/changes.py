"""Moving about in the booking form: a step back, another answer to an earlier question, and what cannot be had."""

from datetime import datetime, time, timedelta

from actions.context import Call
from actions.corrections import impossible_date, named_part, titled_name
from actions.offers import SLOTS, drop_offer, offer_payers, set_wish
from actions.reading import Reading
from actions.wishes import SAID_LIMIT, Wish
from care.appointments import service as appointments

ORDER = ("specialty", "time_window", "offer", "payer", "visit_kind", "patient_name", "birth_date", "referral_code")
"""The order in which the form asks."""


SURE = 0.55
EASY_COVERAGE = 0.6
"""What the grammars account for to this share is an answer, whatever its intent."""


def moves_about(call: Call, reading: Reading, requested: str, order: tuple[str, ...]) -> bool:
    """A step back, over, or to the beginning of a form that asks in that order; True if the message was one."""
    if call.option is not None or call.confidence < SURE or reading.covered >= EASY_COVERAGE:
        return False
    match call.intent:
        case "start_over":
            for name in {*order, *SLOTS}:
                if call.slot(name) is not None:
                    call.set(name, None)
            call.say("started-over")
        case "undo":
            step_back(call, requested, order)
        case "skip" if requested == "time_window":
            set_wish(call, Wish(said=call.text[:SAID_LIMIT]))
        case "skip":
            call.say("skip-needed")
        case _:
            return False
    return True


def step_back(call: Call, requested: str, order: tuple[str, ...]) -> None:
    """Take the last answer back, or the one that the message names; what depends on it is asked again."""
    wanted = named_part(call.text)
    if wanted is None or wanted not in order or not call.slot(wanted):
        asked = order.index(requested) if requested in order else len(order)
        wanted = next((name for name in reversed(order[:asked]) if _was_answered(call, name)), None)
    if wanted is None:
        call.say("undo-nothing")
        return
    forget(call, wanted)
    call.say("undo-done")


def part_named(call: Call) -> bool:
    """A correction without the new answer: the answer it names is asked again; else say how to change one."""
    wanted = named_part(call.text)
    if wanted is not None and call.slot(wanted):
        forget(call, wanted)
        call.say("undo-done")
    else:
        call.say("correct-how")
    return True


def forget(call: Call, name: str) -> None:
    """Forget one answer and what hangs on it."""
    call.set(name, None)
    if name in ("specialty", "time_window", "offer"):
        drop_offer(call)
    if name == "specialty":
        for dependent in ("clinician", "visit_kind", "referral_code"):
            call.set(dependent, None)
    if name == "offer":
        call.set("offer", None)
    if name in ("payer", "visit_kind"):
        call.set("referral_code", None)
    if name == "patient_name":
        call.set("birth_date", None)
        call.set("person", None)
    if call.slot("booking_confirmed"):
        call.set("booking_confirmed", None)


def impossible(call: Call) -> bool:
    """A date that no calendar has: say so, and look around the last day of that month. True if there was one."""
    found = impossible_date(call.text, call.now)
    if found is None:
        return False
    start = datetime.combine(found.nearest, time(), call.now.tzinfo)
    call.say("date-impossible", said=found.said)
    set_wish(call, Wish(((start, start + timedelta(days=1)),), said=found.said))
    return True


async def unknown_clinician(call: Call) -> bool:
    """A doctor who does not work here: say so, and who does. True if one was named."""
    name = titled_name(call.text)
    if name is None:
        return False
    everybody = await appointments.clinicians(call.uow)
    known = [one.name for one in everybody if not call.slot("specialty") or call.slot("specialty") in one.specialties]
    call.say("clinician-unknown", said=name[:40], names=", ".join(known[:4]) if call.slot("specialty") else "none")
    return True


def _was_answered(call: Call, name: str) -> bool:
    """True if the answer was the person's own: the only payer of a slot was never asked for."""
    return bool(call.slot(name)) and not (name == "payer" and len(offer_payers(call)) == 1)
