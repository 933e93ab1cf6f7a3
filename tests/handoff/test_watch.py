"""Nobody claims a red flag: told at once where nobody is there, else after a minute; each alert is told of once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from conversations.alerts import RingState, WatchState
from conversations.linter import Send
from conversations.models import Delivery, Message, SafetyAlert
from conversations.protocols import NotSent
from core.access import Role
from core.accounts import SignedIn, StaffSession
from core.audit import AuditEvent
from core.clock import FixedClock
from core.errors import ConfigurationError, Refused
from core.i18n import LANGUAGES, Language, catalogue
from core.ids import new_id
from core.segments import measure, thrifty
from core.settings import Settings
from handoff.watch import CLAIM_WITHIN, Watch
from tests.conftest import emptied, free_port
from tests.handoff.oncall import CHEST, DIE, ONCALL, Telephone, flag, sits_down, state_of, watch_of
from tests.house import ANNA, BARTEK, TestHouse, open_house
from tests.serving import serve


@pytest.fixture
def telephone() -> Telephone:
    """The on-call telephone."""
    return Telephone()


@pytest.fixture
def watch(house: TestHouse, telephone: Telephone) -> Watch:
    """A watch with a telephone to tell."""
    return watch_of(house, telephone)


async def waiting_jobs(house: TestHouse) -> list[tuple[str, Any]]:
    """Jobs of ours and whether they wait for a later hour."""
    async with house.house.database.unit_of_work() as uow:
        rows = await uow.session.execute(
            text(
                "SELECT args->>'alert_id', scheduled_at IS NOT NULL FROM procrastinate_jobs WHERE task_name = 'alert-watch'"
            )
        )
        return [(str(one), later) for one, later in rows]


async def test_a_job_is_made_with_the_alert_for_emergency_and_crisis_alone(house: TestHouse) -> None:
    alert = await flag(house)
    assert await waiting_jobs(house) == [(str(alert.id), False)]
    await flag(house, "mąż mnie bije", BARTEK)
    assert len(await waiting_jobs(house)) == 1 and len(await house.alerts()) == 2


@pytest.mark.parametrize(
    ("body", "level"), [(CHEST, "emergency"), (DIE, "crisis"), ("I want to kill myself", "crisis")]
)
async def test_with_nobody_there_telephone_and_patient_are_told_at_once(
    house: TestHouse, watch: Watch, telephone: Telephone, body: str, level: str
) -> None:
    alert = await flag(house, body)
    await watch.look(str(alert.id))
    (sent,), (said,) = telephone.got, telephone.rung
    assert all(catalogue(language).text("oncall-call") in said for language in LANGUAGES)
    assert sent.address == ONCALL and "https://clinic.example/console" in sent.body and measure(sent.body).count <= 2
    assert all(catalogue(language).text("oncall-alert") in sent.body for language in LANGUAGES)
    assert ANNA not in sent.body and "klatce" not in sent.body and level not in sent.body
    keys = await house.said_keys(alert.thread_id)
    assert keys == [f"safety-{level}", f"unattended-{level}"]
    language = "en" if body.startswith("I ") else "pl"
    last = (await house.messages(alert.thread_id))[-1]
    assert last.language == language and last.goes_first
    assert last.body == thrifty(catalogue(language).text(f"unattended-{level}-sms"))
    row = await state_of(house, alert)
    assert (row.state, row.ring, row.told_message_id) == (WatchState.unattended, RingState.sent, last.id)
    events = {one.action for one in await house.rows(AuditEvent, AuditEvent.subject_id == str(alert.id))}
    assert events == {"alert.unattended", "alert.oncall-told"}


async def test_with_somebody_there_a_minute_is_waited_first(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    await sits_down(house, await house.staff())
    alert = await flag(house)
    await watch.look(str(alert.id))
    assert telephone.got == [] and (await state_of(house, alert)).state is WatchState.waiting
    assert (str(alert.id), True) in await waiting_jobs(house)
    house.clock.instant += CLAIM_WITHIN - timedelta(seconds=1)
    await watch.look(str(alert.id))
    assert await watch.sweep() == 0 and telephone.got == []
    house.clock.instant += timedelta(seconds=1)
    await watch.look(str(alert.id))
    assert len(telephone.got) == 1
    assert (await house.said_keys(alert.thread_id))[-1] == "unattended-emergency"


@pytest.mark.parametrize("how", ["claim", "accept"])
async def test_a_claim_within_the_minute_means_that_nothing_is_sent(
    house: TestHouse, watch: Watch, telephone: Telephone, how: str
) -> None:
    marta = await house.staff()
    await sits_down(house, marta)
    alert = await flag(house)
    await watch.look(str(alert.id))
    house.clock.instant += timedelta(seconds=50)
    if how == "accept":
        assert await house.accept(marta, alert.case_id) is None
    else:
        async with house.house.database.unit_of_work() as uow:
            assert (
                await house.house.desk.claim_alert(uow, marta.access, alert.id, marta.staff_id, house.clock.now())
                is None
            )
    house.clock.instant += timedelta(seconds=20)
    await watch.look(str(alert.id))
    assert telephone.got == [] and (await state_of(house, alert)).state is WatchState.claimed
    assert not [key for key in await house.said_keys(alert.thread_id) if key.startswith("unattended")]


async def test_a_claim_after_the_minute_comes_too_late_to_unsay_it(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    marta = await house.staff()
    alert = await flag(house)
    await watch.look(str(alert.id))
    house.clock.instant += timedelta(seconds=70)
    assert await house.accept(marta, alert.case_id) is None
    await watch.look(str(alert.id))
    assert len(telephone.got) == 1 and (await state_of(house, alert)).state is WatchState.unattended
    assert (await house.said_keys(alert.thread_id))[-1] == "human-joined"


async def test_a_person_who_answers_without_claiming_counts_as_there(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    _, case_id = await house.human()
    marta = await house.staff()
    await house.accept(marta, case_id)
    await sits_down(house, marta)
    alert = await flag(house)
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.reply(uow, marta, case_id, "Proszę dzwonić 112", house.clock.now())
    house.clock.instant += timedelta(minutes=2)
    await watch.look(str(alert.id))
    assert telephone.got == [] and (await state_of(house, alert)).state is WatchState.claimed


async def test_without_a_number_the_patient_is_told_all_the_same(house: TestHouse, telephone: Telephone) -> None:
    alert = await flag(house)
    await watch_of(house, telephone, "").look(str(alert.id))
    assert telephone.got == [] and (await house.said_keys(alert.thread_id))[-1] == "unattended-emergency"
    assert (await state_of(house, alert)).ring is RingState.none


async def test_after_hours_the_answer_has_said_it_and_it_is_not_said_twice(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    house.hours.open = False
    alert = await flag(house)
    await watch.look(str(alert.id))
    assert await house.said_keys(alert.thread_id) == ["safety-emergency", "handoff-queued-closed"]
    assert len(telephone.got) == 1 and (await state_of(house, alert)).state is WatchState.unattended


async def test_run_twice_and_at_once_the_job_sends_once(house: TestHouse, watch: Watch, telephone: Telephone) -> None:
    alert = await flag(house)
    await asyncio.gather(*(watch.look(str(alert.id)) for _ in range(4)))
    await watch.look(str(alert.id))
    assert await watch.sweep() == 0
    assert len(telephone.got) == 1
    assert (await house.said_keys(alert.thread_id)).count("unattended-emergency") == 1


@pytest.mark.parametrize("where", ["alert.decided", "alert.ringing"])
async def test_killed_anywhere_before_the_provider_it_is_made_up_for_once(
    house: TestHouse, watch: Watch, telephone: Telephone, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The process is gone."""

    def point(name: str) -> None:
        if name == where:
            raise Killed

    alert = await flag(house)
    with monkeypatch.context() as patched:
        patched.setattr("core.faults.point", point)
        with pytest.raises(Killed):
            await watch.look(str(alert.id))
    assert telephone.got == []
    house.clock.instant += timedelta(minutes=1)
    assert await watch.sweep() == 1 and await watch.sweep() == 0
    assert len(telephone.got) == 1
    assert (await house.said_keys(alert.thread_id)).count("unattended-emergency") == 1


async def test_a_lost_job_is_found_by_the_sweep(house: TestHouse, watch: Watch, telephone: Telephone) -> None:
    await flag(house)
    assert await watch.sweep() == 0
    house.clock.instant += CLAIM_WITHIN
    assert await watch.sweep() == 1 and len(telephone.got) == 1


async def test_a_provider_that_is_away_is_tried_again_and_a_refusal_is_shown(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    telephone.is_mute = True
    telephone.answers = [NotSent("20503", may_retry=True), OSError("away"), NotSent("21211", may_retry=False)]
    alert = await flag(house)
    await watch.look(str(alert.id))
    for wait in (1, 2, 11):
        house.clock.instant += timedelta(seconds=wait)
        await watch.look(str(alert.id))
    assert len(telephone.got) == 3
    row = await state_of(house, alert)
    assert (row.ring, row.ring_error) == (RingState.dead, "21211")
    async with house.house.database.unit_of_work() as uow:
        (item,) = await house.house.desk.alerts(uow, (await house.staff()).access)
    assert item.ring is RingState.dead


@pytest.mark.parametrize("is_mute", [True, False])
async def test_reached_one_way_is_told(house: TestHouse, watch: Watch, telephone: Telephone, is_mute: bool) -> None:
    telephone.is_mute = is_mute
    telephone.answers = [] if is_mute else [NotSent("21211", may_retry=False)]
    alert = await flag(house)
    await watch.look(str(alert.id))
    assert (await state_of(house, alert)).ring is RingState.sent
    assert (len(telephone.got), len(telephone.rung)) == (1, 1)


async def test_a_claim_while_the_provider_is_away_spares_the_telephone(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    telephone.is_mute = True
    telephone.answers = [NotSent("20503", may_retry=True)]
    alert = await flag(house)
    await watch.look(str(alert.id))
    await house.accept(await house.staff(), alert.case_id)
    house.clock.instant += timedelta(seconds=5)
    await watch.look(str(alert.id))
    assert len(telephone.got) == 1 and (await state_of(house, alert)).ring is RingState.spared


async def test_message_after_message_neither_floods_the_telephone_nor_repeats_the_words(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    for body in (DIE, "nie chcę żyć", DIE):
        house.clock.instant += timedelta(seconds=30)
        await watch.look(str((await flag(house, body)).id))
    assert len(telephone.got) == 1
    keys = await house.said_keys(await house.only_thread())
    assert keys.count("safety-crisis") == 3 and keys.count("unattended-crisis") == 1
    await watch.look(str((await flag(house, CHEST)).id))
    assert (await house.said_keys(await house.only_thread()))[-1] == "unattended-emergency"
    house.clock.instant += timedelta(minutes=15)
    await watch.look(str((await flag(house, DIE)).id))
    assert len(telephone.got) == 2


async def test_who_took_the_first_alert_and_left_is_not_counted_on_for_the_second(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    first = await flag(house, DIE)
    await watch.look(str(first.id))
    marta = await house.staff()
    async with house.house.database.unit_of_work() as uow:
        await house.house.desk.claim_alert(uow, marta.access, first.id, marta.staff_id, house.clock.now())
    house.clock.instant += timedelta(minutes=5)
    await watch.look(str((await flag(house, DIE)).id))
    assert len(telephone.got) == 2


async def test_quiet_hours_and_a_stop_at_the_carrier_do_not_hold_it_back(house: TestHouse, watch: Watch) -> None:
    house.clock.instant = house.clock.instant.replace(hour=23)
    alert = await flag(house, DIE)
    await watch.look(str(alert.id))
    told = (await state_of(house, alert)).told_message_id
    point = await house.point()
    assert told is not None
    async with house.house.database.unit_of_work() as uow:
        (delivery, message) = await uow.session.get_one(Delivery, told), await uow.session.get_one(Message, told)
        point.opted_out_at, point.opted_out_by = house.clock.now(), "carrier"
        verdict = await house.house.deliverer.guard.judge(uow, delivery, message, point, house.clock.now())
    assert verdict == Send()


@pytest.mark.parametrize("who", ["clinician", "locked", "long ago"])
async def test_somebody_who_cannot_see_or_claim_it_is_nobody(
    house: TestHouse, watch: Watch, telephone: Telephone, who: str
) -> None:
    person = await house.staff("Ktoś", Role.clinician if who == "clinician" else Role.agent)
    await sits_down(house, person)
    values: dict[str, Any] = {"locked_at": house.clock.now()} if who == "locked" else {}
    if who == "long ago":
        values = {"seen_at": house.clock.now() - timedelta(minutes=16)}
    if values:
        async with house.house.database.unit_of_work() as uow:
            await uow.session.execute(update(StaffSession).values(**values))
    alert = await flag(house)
    await watch.look(str(alert.id))
    assert len(telephone.got) == 1


async def test_an_alert_erased_meanwhile_is_no_error(house: TestHouse, watch: Watch) -> None:
    await watch.look(str(new_id()))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_names_the_numbers_and_fits_two_segments(language: Language) -> None:
    for level, numbers in (("emergency", ["112"]), ("crisis", ["116 123", "116 111", "800 70 2222", "112"])):
        for key in (f"unattended-{level}", f"unattended-{level}-sms"):
            assert all(number in catalogue(language).text(key) for number in numbers)
        assert measure(thrifty(catalogue(language).text(f"unattended-{level}-sms"))).count <= 2


@pytest.mark.parametrize("phone", ["600100200", "dyżur", "+48"])
def test_a_number_without_its_country_code_is_refused(phone: str) -> None:
    with pytest.raises(ConfigurationError, match="ONCALL"):
        Settings(oncall_phone=phone).check()


@pytest.fixture
async def on_air(house_url: str, tmp_path: Path, clock: FixedClock) -> AsyncIterator[TestHouse]:
    """A house with an on-call number whose SMS go to the simulator by the real SDK."""
    port = free_port()
    async with open_house(emptied(house_url), tmp_path, clock, web_port=port, oncall_phone=ONCALL) as opened:
        from service.app import create_app

        async with serve(create_app(opened.house), port):
            yield opened


async def test_the_simulated_telephone_of_the_on_call_shows_the_message(on_air: TestHouse) -> None:
    alert = await flag(on_air)
    await on_air.house.jobs.open()
    try:
        task = asyncio.create_task(on_air.house.jobs.run())
        for _ in range(100):
            await asyncio.sleep(0.1)
            if (await state_of(on_air, alert)).ring is RingState.sent:
                break
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    finally:
        await on_air.house.jobs.close()
    assert on_air.house.simulator is not None
    shown, call = await on_air.house.simulator.phone_messages(ONCALL)
    assert "clinic.example/console" in shown.body
    assert call.status == "call" and call.body.count(catalogue("pl").text("oncall-call")) == 1
    async with on_air.web() as client:
        page = await client.get("/simulator/phone", params={"number": ONCALL, "lang": "en"})
    assert "telephone call" in page.text


async def test_two_who_claim_and_a_watch_at_once_never_deadlock(
    house: TestHouse, watch: Watch, telephone: Telephone
) -> None:
    alert = await flag(house)
    marta, pawel = await house.staff("Marta"), await house.staff("Paweł")

    async def claim(person: SignedIn) -> Refused | None:
        async with house.house.database.unit_of_work() as uow:
            return await house.house.desk.claim_alert(uow, person.access, alert.id, person.staff_id, house.clock.now())

    await asyncio.gather(watch.look(str(alert.id)), claim(marta), house.accept(pawel, alert.case_id))
    row = await state_of(house, alert)
    assert (len(telephone.got) == 1) == (row.ring is RingState.sent)
    async with house.house.database.unit_of_work() as uow:
        owner = await uow.session.scalar(select(SafetyAlert.claimed_by).where(SafetyAlert.id == alert.id))
    assert owner in (UUID(str(marta.staff_id)), UUID(str(pawel.staff_id)))
