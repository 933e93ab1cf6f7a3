"""The first conversation, in both languages.

Invariant: from the first text message to the last, nothing is lost, nothing is asked twice, the person always knows who
speaks, and while a person of the clinic has the case the bot is silent.
"""

import pytest
from sqlalchemy import select

from conversations.models import Case, CaseState, Message, Thread
from conversations.models import ContactPoint as Point
from conversations.transcript import Transcripts
from core.access import Role
from core.accounts import SignedIn, Staff
from core.crypto import keyring
from core.errors import Refused
from core.ids import StaffId
from handoff.desk import understood
from tests.journeys.conftest import Clinic

pytestmark = pytest.mark.rasa


async def agent(clinic: Clinic, email: str) -> SignedIn:
    """A member of the demo staff at the keyboard."""
    async with clinic.house.database.unit_of_work() as uow:
        person = await uow.session.scalar(select(Staff).where(Staff.email == email))
        assert person is not None
        return SignedIn(StaffId(person.id), person.name, person.email, frozenset(map(Role, person.roles)), "pl", "")


async def open_case(clinic: Clinic, number: str) -> Case:
    """The case in which that number is being talked to."""
    async with clinic.house.database.unit_of_work() as uow:
        token = keyring.token(f"phone:{number}")
        case = await uow.session.scalar(
            select(Case)
            .join(Thread, Thread.id == Case.thread_id)
            .join(Point, Point.correspondent_id == Thread.correspondent_id)
            .where(Point.address_token == token, Case.state != CaseState.closed)
        )
        assert case is not None
        return case


async def test_a_polish_patient_books_by_text_asks_for_a_person_and_is_handed_back(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100100")
    first = await phone.text("chcialbym sie umowic do kardiologa w przyszly czwartek po 15")
    assert "automat" in first[0] and "112" in first[0], "the first words say that this is a machine"
    assert "1) czw 3.12 15:00" in first[1], "next week's Thursday, after three"
    assert "NFZ" in (await phone.text("1"))[0]
    assert "pierwsza" in (await phone.text("na nfz"))[0].lower()
    assert "Dla kogo" in (await phone.text("pierwsza"))[0]
    assert "kod" in (await phone.text("jan kowalski 12.03.1957"))[0]
    read_back = (await phone.text("1234"))[0]
    assert "czw 3.12 15:00" in read_back and "NFZ" in read_back and "Umowic?" in read_back
    booked = (await phone.text("tak"))[0]
    assert booked.startswith("Wizyta umowiona: czw 3.12 15:00") and "112" in booked

    queued = (await phone.text("jednak chce pogadac z czlowiekiem"))[0]
    assert "nastepna w kolejce" in queued
    case = await open_case(clinic, "+48500100100")
    marta, pawel = await agent(clinic, "marta@demo.example"), await agent(clinic, "pawel@demo.example")
    house, now = clinic.house, clinic.clock.now()
    async with house.database.unit_of_work() as uow:
        waiting = [
            item
            for item in await house.desk.queue(uow, marta.access, clinic.house.clock.now())
            if item.case_id == case.id
        ]
        assert waiting and waiting[0].reason == "asked" and waiting[0].channel == "sms"
    async with house.database.unit_of_work() as uow:
        assert await house.desk.accept(uow, marta, case.id, now) is None
    async with house.database.unit_of_work() as uow:
        refused = await house.desk.accept(uow, pawel, case.id, now)
        assert refused == Refused("handoff-taken", {"name": "Marta Zielińska"})
    async with house.database.unit_of_work() as uow:
        lines = await Transcripts(uow, marta.access).of_thread(case.thread_id, now)
        said = [line.text for line in lines if line.author == "patient"]
        assert said[0].startswith("chcialbym sie umowic") and said[-1] == "jednak chce pogadac z czlowiekiem"
        assert {line.author for line in lines} >= {"patient", "bot"}
        offers = next(line for line in lines if line.provenance.get("key") == "offers-here")
        assert (
            offers.provenance["intent"] == "book"
            and offers.provenance["confidence"] > 0.4
            and offers.provenance["model"]
        )
    async with house.database.unit_of_work() as uow:
        await house.desk.reply(uow, marta, case.id, "Dzień dobry, w czym mogę pomóc?", now)
    await phone.wait_for_text("Dzień dobry, w czym mogę pomóc?")
    assert await phone.text("czy lekarz mowi po angielsku") == [], "the bot is silent while a person has the case"
    async with house.database.unit_of_work() as uow:
        assert await house.desk.hand_back(uow, marta, case.id, now) is None
    await phone.wait_for_text("asystent AI (automat). W czym jeszcze")
    again = await phone.text("do ktorej jestescie dzis otwarci")
    assert any("Lipowa" in body for body in again), "the bot answers the next message"


async def test_an_english_patient_interrupts_corrects_and_cancels(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100101")
    first = await phone.text("I need to see a dermatologist tomorrow morning")
    assert "AI assistant" in first[0] and "Tue 24 Nov 08:00" in first[1]
    await phone.text("the second one")
    await phone.text("private")
    interrupted = await phone.text("what are your opening hours?")
    assert "Monday" in interrupted[0] and "first visit" in interrupted[1], "answered, and the question comes again"
    await phone.text("first")
    assert "date of birth" in (await phone.text("it's for Anna Smith"))[0]
    assert "Tue 24 Nov 08:15" in (await phone.text("3 May 1980"))[0]
    assert "When" in (await phone.text("no, another time"))[0]
    offers = (await phone.text("next friday"))[0]
    assert "4 Dec" in offers
    assert "Fri 4 Dec" in (await phone.text("1"))[0], "nothing that is known is asked again"
    assert (await phone.text("yes"))[0].startswith("Visit booked: Fri 4 Dec")
    assert "Fri 4 Dec" in (await phone.text("when is my appointment"))[0], "whose it is was said a moment ago"
    assert "Cancel the visit: Fri 4 Dec" in (await phone.text("cancel my visit please"))[0]
    assert (await phone.text("yes"))[0].startswith("The visit was cancelled")


async def test_a_visit_is_moved_and_confirmed_in_hasty_polish(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100108")
    await phone.text("zapisz mnie prywatnie pierwszy raz do okulisty pojutrze")
    await phone.text("1")
    before = (await phone.text("Jan Przekladany 12.03.1957"))[0]
    assert (await phone.text("tak"))[0].startswith("Wizyta umowiona")
    offers = (await phone.text("nie dam rady w srode, da sie przelozyc"))[0]
    assert "sr 25.11" not in offers, "the day that does not suit is not offered"
    await phone.text("inny termin")
    await phone.text("w przyszlym tygodniu po 11")
    read_back = (await phone.text("1"))[0]
    assert "zamiast tego" in read_back and "Przelozyc?" in read_back
    moved = (await phone.text("tak"))[0]
    assert moved.startswith("Wizyta przelozona. Nowy termin:") and before != moved
    told = await phone.text("na kiedy ja w koncu mam ta wizyte")
    assert len(told) == 1 and told[0].split(":")[0] in moved, "there is one visit, at the new hour"
    assert (await phone.text("potwierdzam wizyte"))[0].startswith("Wizyta jest potwierdzona")


async def test_an_english_patient_moves_a_visit_to_later_and_keeps_it_after_all(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100109")
    await phone.text("I want to book a private first visit with a dermatologist tomorrow")
    await phone.text("1")
    await phone.text("Anna Mover 3 May 1980")
    booked = (await phone.text("yes"))[0]
    assert booked.startswith("Visit booked: Tue 24 Nov")
    assert "Free times" in (await phone.text("can I move my appointment to a later time"))[0]
    await phone.text("1")
    assert "stays as it is" in (await phone.text("3"))[0]
    assert booked.split(": ")[1][:16] in (await phone.text("when is my appointment"))[0]


async def test_what_the_bot_understood_waits_for_the_agent(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100102")
    await phone.text("umówić dziecko do pediatry jutro rano")
    await phone.text("konsultant")
    case = await open_case(clinic, "+48500100102")
    marta = await agent(clinic, "marta@demo.example")
    async with clinic.house.database.unit_of_work() as uow:
        known = await understood(uow, marta.access, case.id)
    assert known["specialty"] == "pediatrics" and "2026-11-24" in known["time_window"]


async def test_twice_not_understood_goes_to_a_person(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100103")
    await phone.text("dzień dobry")
    replies = [await phone.text(text) for text in ("xqzt wvv 7 7 plim", "kkrp ttnm oo 9 bzzt")]
    assert any("kolejce" in body for body in [*replies[0], *replies[1]]) or "kolejce" in " ".join(
        await phone.text("gfrd 33 mnbv qwx")
    )


async def test_an_emergency_in_the_middle_of_a_form_comes_first_in_the_queue(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100104")
    await phone.text("chcę się umówić do okulisty")
    said = await phone.text("boli mnie w klatce i nie moge oddychac")
    assert len(said) == 1 and "112" in said[0] and "NIE wyslemy pomocy" in said[0]
    marta = await agent(clinic, "marta@demo.example")
    case = await open_case(clinic, "+48500100104")
    async with clinic.house.database.unit_of_work() as uow:
        queue = await clinic.house.desk.queue(uow, marta.access, clinic.house.clock.now())
        assert queue[0].case_id == case.id and queue[0].is_urgent
        assert case.id in {alert.case_id for alert in await clinic.house.desk.alerts(uow, marta.access)}


async def test_two_people_of_one_number_never_hear_of_each_other(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100105")
    for text in ("wizyta u ortopedy pierwszy wolny", "1", "prywatnie", "Adam Wrona 01.02.1960", "pierwsza", "tak"):
        last = await phone.text(text)
    assert last[0].startswith("Wizyta umowiona")
    await phone.text("a kiedy wizytę ma moja żona")
    await phone.text("kogoś innego")
    other = " ".join(await phone.text("Ewa Wrona 05.06.1962"))
    assert "upowaznionej" in other, "who speaks for somebody else needs to be authorised"
    assert "Adam" not in other


STRANGE = (
    "😀", "?!", "/restart", '/book{"specialty":"cardiology"}', "<script>alert(1)</script>", "'; DROP TABLE cases; --",
    "a" * 3000, "\u202egnirts desrever\u202c", "\x00\x01\x02 dzień\x07 dobry", "x" * 100_000,
)  # fmt: skip


async def test_strange_messages_are_answered_politely_and_do_nothing(clinic: Clinic) -> None:
    for number, text in enumerate(STRANGE):
        phone = clinic.phone(f"+4850011010{number}")
        said = await phone.text(text)
        assert len(said) >= 2, f"notice and answer to {text[:40]!r}"
        case = await open_case(clinic, phone.number)
        async with clinic.house.database.unit_of_work() as uow:
            bodies = list(await uow.session.scalars(select(Message.body).where(Message.case_id == case.id)))
        assert text in bodies, "stored as sent"
        assert not any("umow" in body.lower() and "wizyta umow" in body.lower() for body in said)


async def test_a_sore_throat_is_asked_about_and_leads_to_times_soon_enough(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100177")
    first = await phone.text("od wczoraj boli mnie gardlo i mam katar")
    assert "Ile lat" in first[-1]
    said = (await phone.text("trzydziesci cztery"))[-1]
    assert "1)" in said, "signs to choose from"
    for _ in range(8):
        if "lekarz" in said and "1)" not in said.partition("112")[0]:
            break
        said = " ".join(await phone.text("nic z tego"))
        if "112" in said:
            break
    assert "nie podpisal" in said and "112" in said, "marked as a demonstration, with what to watch for"
    case = await open_case(clinic, "+48500100177")
    assert (case.understood or {}).get("triage"), "whoever takes the case sees the interview"


async def test_what_was_asked_about_is_booked_without_asking_again_and_an_examination_by_people(clinic: Clinic) -> None:
    phone = clinic.phone("+48500100109")
    assert "Dermatologia" in (await phone.text("ile kosztuje wizyta u dermatologa"))[-1]
    topic, offers = await phone.text("to prosze mnie umowic na wtorek rano")
    assert "dermatologia" in topic and "1) wt" in offers
    await phone.text("nieważne")
    named, queued = await phone.text("chce sie umowic na usg tarczycy")
    assert named.startswith("USG tarczycy: ") and "z placówki" in named
    assert "kolej" in queued
    assert (await open_case(clinic, "+48500100109")).state is CaseState.waiting
