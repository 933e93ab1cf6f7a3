"""Clinical governance. Invariant: only a clinician signs, only what they read, only with a code typed for this very act."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pyotp
import pytest

from care.governance.models import Signature, SwitchThrow
from care.triage.tables import default_tables
from conversations.safety import default_screen
from core.access import Role
from core.accounts import Staff, StaffSession
from core.accounts.browser import digest
from core.accounts.models import RecoveryCode, StaffRole
from core.audit import AuditEvent
from core.ids import new_id
from tests.house import TestHouse
from tests.web.test_staff_pages import UNKNOWN, Keyboard, keyboard

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SIGN, SWITCH = "/clinical/sign", "/clinical/automation"


def form(house: TestHouse, **changed: str) -> dict[str, str]:
    """The signing form, filled in as it should be."""
    code = pyotp.TOTP(SECRET).at(house.clock.now())
    plain = {
        "subject": "triage", "version": default_tables().digest, "name": "Ewa Nowak", "licence": "1234567", "code": code
    }  # fmt: skip
    return plain | changed


@asynccontextmanager
async def clinician(house: TestHouse, **more: object) -> AsyncIterator[Keyboard]:
    """A clinician at the keyboard, with a second factor."""
    async with keyboard(house, Role.clinician) as ewa:
        async with house.house.database.unit_of_work() as uow:
            person = await uow.session.get_one(Staff, ewa.staff_id)
            for name, value in ({"totp_secret": SECRET} | more).items():
                setattr(person, name, value)
        yield ewa


async def actions(house: TestHouse) -> list[str]:
    """What the audit says of clinical governance."""
    rows = await house.rows(AuditEvent)
    return [row.action for row in rows if row.action.startswith(("clinical", "second-factor"))]


async def test_a_clinician_signs_with_a_fresh_code_and_the_page_says_who(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        before = await ewa.client.get("/clinical")
        assert before.text.count("bez podpisu</span>") == 2
        signed = await ewa.post(SIGN, **form(house))
        assert signed.status_code == 303
        (kept,) = await house.rows(Signature)
        assert (kept.version, kept.name, kept.licence) == (default_tables().digest, "Ewa Nowak", "1234567")
        assert kept.staff_id == ewa.staff_id and kept.signed_at == house.clock.now() and kept.voided_at is None
        after = await ewa.client.get("/clinical")
        assert "Ewa Nowak" in after.text and "1234567" in after.text and after.text.count("bez podpisu</span>") == 1
        house.clock.instant += timedelta(seconds=30)
        flags = form(house, subject="red_flags", version=default_screen().digest)
        assert (await ewa.post(SIGN, **flags)).status_code == 303
        assert "bez podpisu</span>" not in (await ewa.client.get("/clinical")).text
    assert await actions(house) == ["clinical.signed", "clinical.signed"]


async def test_a_wrong_or_used_code_signs_nothing_and_is_audited(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        for code in ("000000", "", "12345", "１２３４５６"):
            wrong = await ewa.post(SIGN, **form(house, code=code))
            assert wrong.status_code == 400 and "Ten kod nie działa" in wrong.text
            assert 'value="Ewa Nowak"' in wrong.text and "000000" not in wrong.text, (
                "nothing is typed twice, no code kept"
            )
        assert await house.rows(Signature) == []
        assert await actions(house) == ["second-factor.refused", "clinical.sign-refused"] * 4
        assert (await ewa.post(SIGN, **form(house))).status_code == 303
        again = form(house, subject="red_flags", version=default_screen().digest)
        assert (await ewa.post(SIGN, **again)).status_code == 400, "each code once"
    assert len(await house.rows(Signature)) == 1


async def test_five_wrong_codes_end_the_session_and_a_locked_account_cannot_sign(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        for _ in range(4):
            assert (await ewa.post(SIGN, **form(house, code="000000"))).status_code == 400
        over = await ewa.post(SIGN, **form(house, code="000000"))
        assert over.status_code == 303 and over.headers["location"].startswith("/login")
        assert await house.rows(StaffSession) == []
    async with clinician(house, locked_until=house.clock.now() + timedelta(minutes=5)) as ewa:
        assert (await ewa.post(SIGN, **form(house))).status_code == 400, "right, but locked"
    assert await house.rows(Signature) == []


async def test_a_recovery_code_is_for_getting_in_and_signs_nothing(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        async with house.house.database.unit_of_work() as uow:
            uow.session.add(RecoveryCode(staff_id=ewa.staff_id, code_hash=digest("abcdefghjk")))
        assert (await ewa.post(SIGN, **form(house, code="abcde-fghjk"))).status_code == 400
    assert await house.rows(Signature) == [] and len(await house.rows(RecoveryCode)) == 1


async def test_without_a_second_factor_one_is_led_to_set_it_up(house: TestHouse) -> None:
    async with clinician(house, totp_secret=None) as ewa:
        refused = await ewa.post(SIGN, **form(house))
        assert refused.status_code == 400 and "drugiego składnika" in refused.text
        page = await ewa.client.get("/clinical")
        assert 'href="/account"' in page.text and 'name="code"' not in page.text
    assert await house.rows(Signature) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"version": "0" * 64}, "Reguły zmieniły się"),
        ({"version": ""}, "Reguły zmieniły się"),
        ({"subject": "red_flags"}, "Reguły zmieniły się"),
        ({"name": "Ewa"}, "imię i nazwisko"),
        ({"name": ""}, "imię i nazwisko"),
        ({"name": "Ewa\x07 Nowak"}, "imię i nazwisko"),
        ({"licence": "12"}, "numer prawa"),
        ({"licence": "<b>1234</b>"}, "numer prawa"),
    ],
)
async def test_a_form_that_is_not_fit_is_refused_before_its_code_is_spent(
    house: TestHouse, changed: dict[str, str], words: str
) -> None:
    async with clinician(house) as ewa:
        refused = await ewa.post(SIGN, **form(house, **changed))
        assert refused.status_code == 400 and words in refused.text and "<b>1234" not in refused.text
        assert await house.rows(Signature) == []
        assert (await ewa.post(SIGN, **form(house))).status_code == 303, "the same code"
        assert await actions(house) == ["clinical.sign-refused", "clinical.signed"]


async def test_a_subject_that_is_none_is_refused(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        assert (await ewa.post(SIGN, **form(house, subject="prices"))).status_code == 422
        assert (await ewa.post(f"/clinical/signatures/{UNKNOWN}/withdraw")).status_code == 404
        assert (await ewa.post(SWITCH, turn="maybe", reason="dlatego że tak")).status_code == 422


@pytest.mark.parametrize("role", [Role.agent, Role.supervisor, Role.admin, Role.privacy_officer])
async def test_nobody_but_a_clinician_signs_and_who_tries_is_audited(house: TestHouse, role: Role) -> None:
    async with keyboard(house, role) as who:
        async with house.house.database.unit_of_work() as uow:
            (await uow.session.get_one(Staff, who.staff_id)).totp_secret = SECRET
        assert (await who.post(SIGN, **form(house))).status_code == 403
        assert (await who.post(f"/clinical/signatures/{UNKNOWN}/withdraw")).status_code == 403
        may_read = role in (Role.supervisor, Role.admin)
        for path in ("/clinical", "/clinical/triage"):
            assert (await who.client.get(path)).status_code == (200 if may_read else 403), path
        if may_read:
            assert 'action="/clinical/sign"' not in (await who.client.get("/clinical")).text
        switched = await who.post(SWITCH, turn="off", reason="dlatego że tak")
        assert switched.status_code == (303 if role is Role.supervisor else 403)
    assert await house.rows(Signature) == []
    assert (await actions(house))[:2] == ["clinical.forbidden.sign_clinical"] * 2


async def test_a_clinician_of_one_site_may_not_sign_for_all(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        async with house.house.database.unit_of_work() as uow:
            (row,) = await house.rows(StaffRole, StaffRole.staff_id == ewa.staff_id)
            (await uow.session.get_one(StaffRole, row.id)).site_id = new_id()
        assert (await ewa.post(SIGN, **form(house))).status_code == 403
        page = await ewa.client.get("/clinical")
        assert page.status_code == 200 and 'action="/clinical/sign"' not in page.text


async def test_a_form_without_its_sessions_token_does_nothing(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        for path, fields in ((SIGN, form(house)), (SWITCH, {"turn": "off", "reason": "dlatego że tak"})):
            assert (await ewa.client.post(path, data=fields)).status_code == 403
    assert await house.rows(Signature) == [] and await house.rows(SwitchThrow) == []


async def test_signing_twice_is_once_and_a_withdrawn_signature_is_shown_as_past(house: TestHouse) -> None:
    async with clinician(house) as ewa:
        for _ in range(2):
            assert (await ewa.post(SIGN, **form(house))).status_code == 303
            house.clock.instant += timedelta(seconds=30)
        (kept,) = await house.rows(Signature)
        for _ in range(2):
            assert (await ewa.post(f"/clinical/signatures/{kept.id}/withdraw")).status_code == 303
        page = (await ewa.client.get("/clinical")).text
        assert page.count("bez podpisu</span>") == 2 and "wycofany" in page
        assert (await ewa.post(SIGN, **form(house))).status_code == 303, "and may be signed anew"
    assert [one.voided_at is None for one in await house.rows(Signature)].count(True) == 1
    assert (await actions(house)).count("clinical.signature-withdrawn") == 1


async def test_the_switch_needs_a_reason_and_the_console_says_while_it_is_off(house: TestHouse) -> None:
    banner = "każda wiadomość trafia do ludzi"
    async with keyboard(house, Role.supervisor) as ola:
        short = await ola.post(SWITCH, turn="off", reason="bo")
        assert short.status_code == 400 and "Proszę podać powód" in short.text
        assert banner not in (await ola.client.get("/console/fragments/degraded")).text
        assert (await ola.post(SWITCH, turn="off", reason="<i>awaria</i> reguł")).status_code == 303
        assert banner in (await ola.client.get("/console/fragments/degraded")).text
        page = (await ola.client.get("/clinical")).text
        assert "&lt;i&gt;awaria&lt;/i&gt; reguł" in page and "Ola" in page
        assert (await ola.post(SWITCH, turn="on", reason="reguły poprawione")).status_code == 303
        assert banner not in (await ola.client.get("/console/fragments/degraded")).text


async def test_the_page_lists_every_rule_and_protocol_in_both_languages(house: TestHouse) -> None:
    await house.text("mąż nie oddycha")
    async with clinician(house) as ewa:
        for language, title, nav in (
            ("pl", "Nadzór kliniczny", "Tabele triażu"),
            ("en", "Clinical governance", "Triage tables"),
        ):
            page = (await ewa.client.get(f"/clinical?lang={language}")).text
            assert f"<h1>{title}</h1>" in page and f'lang="{language}"' in page
            assert [rule.id for rule in default_screen().rules if f'id="rule-{rule.id}"' not in page] == []
            tables = (await ewa.client.get(f"/clinical/triage?lang={language}")).text
            assert f"<h1>{nav}</h1>" in tables
            for protocol in default_tables().protocols.values():
                assert f"/clinical/triage#{protocol.id}" in page and f'id="{protocol.id}"' in tables
                assert [rule.id for rule in protocol.rules if f"<code>{rule.id}</code>" not in tables] == []
        row = page[page.index('id="rule-breathing"') :].partition("</tr>")[0]
        assert ">1</td>" in row and "must alarm" in row
        again = await ewa.client.get(SIGN)
        assert again.status_code == 303 and again.headers["location"] == "/clinical"
