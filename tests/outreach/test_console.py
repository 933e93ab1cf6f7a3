"""Staff see what was sent first, what was held back and why, and the consents, and are warned before an SMS leaves."""

from datetime import timedelta

from conversations.models import Direction
from conversations.outreach.models import Consent, ConsentSource, Purpose
from core.audit import AuditEvent
from tests.outreach.conftest import Clinic
from tests.scripted import words
from tests.web.test_staff_pages import keyboard


async def _taken(clinic: Clinic) -> tuple[str, str]:
    """A waiting person's thread and case."""
    thread_id, case_id = await clinic.house.human()
    return f"/console/threads/{thread_id}", f"/console/cases/{case_id}"


async def test_the_console_shows_reminders_and_why_one_was_held_back(clinic: Clinic) -> None:
    visit = await clinic.visit()
    thread, _ = await _taken(clinic)
    await clinic.house.text("nie wysyłajcie przypomnień")
    await clinic.reminded(visit)
    async with keyboard(clinic.house) as ola:
        page = (await ola.client.get(thread, headers={"Accept-Language": "pl"})).text
    assert "wycofana zgoda" in page and "własnymi słowami" in page
    assert "nie wysyłajcie przypomnień" in page


async def test_staff_record_a_consent_with_its_source_and_it_is_audited(clinic: Clinic) -> None:
    _, case = await _taken(clinic)
    async with keyboard(clinic.house) as ola:
        await ola.post(f"{case}/consents", purpose="marketing", decision="give", source="carrier", words="x")
        assert await clinic.house.rows(Consent) == []
        await ola.post(f"{case}/consents", purpose="marketing", decision="give", source="paper", words="formularz 12")
    (consent,) = await clinic.house.rows(Consent)
    assert (consent.purpose, consent.is_given, consent.source) == (Purpose.marketing, True, ConsentSource.paper)
    assert consent.words == "formularz 12" and consent.made_by == str(ola.staff_id)
    assert await clinic.house.rows(AuditEvent, AuditEvent.action == "consent.recorded")


async def test_a_recorded_withdrawal_stops_the_next_reminder(clinic: Clinic) -> None:
    visit = await clinic.visit()
    _, case = await _taken(clinic)
    async with keyboard(clinic.house) as ola:
        await ola.post(f"{case}/consents", purpose="reminder", decision="withdraw", source="phone", words="zadzwonił")
    notice = await clinic.reminded(visit)
    assert notice.reason == "consent-withdrawn"
    await clinic.house.text("START")
    clinic.house.clock.instant += timedelta(minutes=20)
    await clinic.house.house.reminders.look()
    assert await clinic.reminders() == [], "what staff noted is not undone by a word meant for the carrier"


async def test_an_agent_is_warned_once_and_may_send_it_all_the_same(clinic: Clinic) -> None:
    _, case = await _taken(clinic)
    thread_id = await clinic.house.only_thread()
    async with keyboard(clinic.house) as ola:
        await ola.post(f"{case}/accept")
        said = len(await clinic.house.said(thread_id))
        warned = await ola.post(f"{case}/reply", body="Wynik jest dodatni")
        assert len(await clinic.house.said(thread_id)) == said
        assert "anyway" in warned.text and "Wynik jest dodatni" in warned.text
        await ola.post(f"{case}/reply", body="Wynik jest dodatni", anyway="yes")
        assert (await clinic.house.said(thread_id))[-1] == "Wynik jest dodatni"
        await clinic.deliverer.drain(thread_id)
        assert clinic.provider.taken[-1] == "Wynik jest dodatni"
        (last,) = [one for one in await clinic.house.messages(thread_id) if one.body == "Wynik jest dodatni"]
        assert last.direction is Direction.outbound
        assert (await clinic.house.delivery(last.id)).findings == "result"


async def test_what_the_linter_stops_leaves_as_a_neutral_text_and_shows(clinic: Clinic) -> None:
    await clinic.house.text("dzień dobry")
    thread_id = await clinic.house.only_thread()
    clinic.house.dialogue.answers["co z moim badaniem"] = words("Wynik jest nieprawidłowy")
    await clinic.house.text("co z moim badaniem")
    await clinic.deliverer.drain(thread_id)
    assert "Wynik jest nieprawidłowy" not in clinic.provider.taken
    assert clinic.provider.taken[-1].startswith("Poradnia Pod Lipami: czeka wiadomosc")
    async with keyboard(clinic.house) as ola:
        page = (await ola.client.get(f"/console/threads/{thread_id}")).text
    assert "Wynik jest nieprawidłowy" in page and "delivery-dead" in page


async def test_a_patient_hears_which_consents_there_are(clinic: Clinic) -> None:
    (told,) = (await clinic.house.text("jakie mam zgody"))[-1:]
    assert "brak zgody" in told
    await clinic.house.text("nie wysyłajcie przypomnień")
    (told,) = (await clinic.house.text("jakie mam zgody?"))[-1:]
    assert "wylaczone" in told or "wyłączone" in told
