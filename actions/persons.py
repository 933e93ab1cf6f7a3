"""Whom a request concerns: asked by name and birth date, never guessed from the number, never told to anyone."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from actions.context import Call
from actions.reading import introduced, read_name, same_or_other
from care.patients import service as patients
from care.patients.models import Patient
from conversations.identity.reading import read_role
from conversations.protocols import Choice
from core.errors import Refused
from core.i18n import Language
from core.when import find_dated

STILL_MEANT = timedelta(minutes=15)
"""So long after a request "my visits" is about the same person."""
SAME, OTHER = "same", "other"
_NAME_FIRST = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]+(?: [A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]+){1,2}[,;]? (?:ur\.? |born )?")
NOT_ANSWERS = frozenset(
    "cancel_visit list_visits reschedule confirm_visit book next_slots price prepare clinic_info stop_task human".split()
)


def ask_person(call: Call, key: str) -> None:
    """Ask whom it concerns. If the case has a patient already: the same person, or someone else?"""
    if call.case.patient_id is not None and call.slot("person") != OTHER:
        call.say(
            "person-same-or-other",
            (
                Choice(SAME, "choice-person-same", '/inform{"option": "same"}'),
                Choice(OTHER, "choice-person-other", '/inform{"option": "other"}'),
            ),
        )
    else:
        call.say(key)


def needs_person(call: Call) -> str | None:
    """The next thing to ask about the person: `patient_name`, `birth_date`, or None."""
    if call.slot("person") == SAME and call.case.patient_id is not None:
        return None
    if not call.slot("patient_name"):
        return "patient_name"
    return None if call.slot("birth_date") else "birth_date"


def note_role(call: Call) -> None:
    """Keep for whom somebody speaks, once they say it: "dla córki", "my father's visit"."""
    if (role := read_role(call.text)) is not None and (role != "self" or "siebie" in call.text.lower()):
        call.set("person_role", role)


def read_introduction(call: Call) -> None:
    """Keep a name and a birth date given before they were asked for, while nobody is known in the case; and the role."""
    note_role(call)
    if call.case.patient_id is not None or call.slot("patient_name"):
        return
    name, born = introduced(call.text, call.language, call.now)
    if name is None and is_name_and_birth(call.text, call.language, call.now):
        name, born = read_name(call.text, call.language, call.now)
    if name is not None:
        call.set("patient_name", name)
    if born is not None and born <= call.now.date():
        call.set("birth_date", born.isoformat())


def is_name_and_birth(text: str, language: Language, now: datetime) -> bool:
    """True for nothing but a name with its capitals and a birth date: an answer given before its question."""
    dated = find_dated(text, now=now, language=language)
    is_last = dated is not None and not text[dated.at[1] :].strip(" .")
    return dated is not None and is_last and _NAME_FIRST.fullmatch(text[: dated.at[0]].lstrip()) is not None


def read_person(call: Call, requested: str | None) -> bool:
    """Take name and birth date, or the choice same/other, out of the message; True if anything was taken."""
    chosen = call.option if call.option in (SAME, OTHER) else None
    if (
        chosen is None
        and requested == "patient_name"
        and call.case.patient_id is not None
        and call.slot("person") is None
    ):
        chosen = same_or_other(call.text)
    if chosen is not None:
        call.set("person", chosen)
        return True
    name, born = read_name(call.text, call.language, call.now)
    if born is None and call.intent in NOT_ANSWERS and call.confidence >= 0.35:
        name = None  # "cancel it" is nobody's name
    taken = False
    if requested == "patient_name" and name is not None:
        call.set("patient_name", name)
        if call.case.patient_id is not None:
            call.set("person", OTHER)
        taken = True
    if born is not None:
        if born > call.now.date():
            call.say("birth-date-future")
            call.set("birth_date", None)
        else:
            call.set("birth_date", born.isoformat())
        taken = True
    if requested == "patient_name" and taken and born is None and any(char.isdigit() for char in call.text):
        call.say("birth-date-unreadable")
    if requested == "birth_date" and not taken and not call.said_last_turn("birth-date-unreadable"):
        call.say("birth-date-unreadable")  # The second time it counts as not understood: then a person is near.
        call.set("birth_date", None)
        taken = True
    return taken


async def registered(call: Call) -> Patient | Refused:
    """The patient the answers name: the case's own, or the one of that name and date at this contact point, or a new one."""
    if call.slot("person") == SAME and call.case.patient_id is not None:
        return await patients.get(call.uow, call.access, call.case.patient_id, call.now)
    given, family = split_name(str(call.slot("patient_name")))
    born = date.fromisoformat(str(call.slot("birth_date")))
    return await patients.register(
        call.uow,
        call.access,
        given,
        family,
        born,
        call.contact_point_id,
        call.slot("person_role") or "other",
        call.now,
        call.language,
    )


async def recognised(call: Call) -> Patient | None:
    """The patient the answers name, if known at this contact point. None looks the same whatever the reason."""
    if call.slot("person") == SAME and call.case.patient_id is not None:
        return await patients.get(call.uow, call.access, call.case.patient_id, call.now)
    if not call.slot("patient_name") or not call.slot("birth_date"):
        return None
    given, family = split_name(str(call.slot("patient_name")))
    born = date.fromisoformat(str(call.slot("birth_date")))
    return await patients.find_linked(call.uow, call.access, call.contact_point_id, given, family, born)


def split_name(name: str) -> tuple[str, str]:
    """Given and family name of a name as written: the last word is the family name."""
    given, _, family = name.rpartition(" ")
    return given, family


def assume_same(call: Call) -> None:
    """Who asked about the case's patient a moment ago, and names nobody now, means the same person: not asked again."""
    known_at = call.slot("person_known_at")
    is_open = call.slot("person") or call.slot("patient_name") or call.slot("person_role")
    if call.case.patient_id is None or known_at is None or is_open:
        return
    if call.now - datetime.fromisoformat(str(known_at)) <= STILL_MEANT:
        call.set("person", SAME)


def forget_person(call: Call) -> None:
    """Clear the answers about the person; the case keeps its patient."""
    if call.case.patient_id is not None and (call.slot("person") == SAME or call.slot("patient_name")):
        call.set("person_known_at", call.now.isoformat())
    for slot in ("person", "person_role", "patient_name", "birth_date"):
        call.set(slot, None)


def person_said(call: Call) -> dict[str, Any]:
    """Name and birth date as given in this request, for the read-back; nothing of anyone known from before."""
    if call.slot("person") == SAME or not call.slot("patient_name") or not call.slot("birth_date"):
        return {"name": "none", "born": ""}
    born = date.fromisoformat(str(call.slot("birth_date")))
    return {"name": call.slot("patient_name"), "born": {"pl": f"{born:%d.%m.%Y}", "en": f"{born:%d %B %Y}"}}
