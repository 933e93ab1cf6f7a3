"""The price list in the studio. Invariant: what held once is never rewritten, and on every day one price holds or none."""

import html
from datetime import date, timedelta
from typing import Any

import pytest

from care.appointments import clinic
from care.appointments.models import Price, Site
from core.access import Access, Role
from core.audit import AuditEvent
from knowledge.editing import problems
from knowledge.models import ArticleVersion
from knowledge.service import import_articles, publish
from tests.house import PUBLIC, TestHouse
from tests.web.test_facts import fields
from tests.web.test_staff_pages import Keyboard, keyboard

BOT = Access.system("test")
PATH = "/studio/facts/prices/service/ecg"
JANUARY = "2027-01-01"


async def asked(
    ola: Keyboard, amount: str, valid_from: str, valid_to: str = "", site: str = "", path: str = PATH
) -> Any:
    """The form filled and sent: what is told before."""
    page = (await ola.client.get(f"{path}?lang=pl")).text
    typed = {"amount": amount, "valid_from": valid_from, "valid_to": valid_to, "site": site}
    return await ola.post(path, **(fields(page) | typed))


async def confirmed(ola: Keyboard, told: Any, site: str = "", path: str = PATH) -> Any:
    """What was told is confirmed."""
    assert told.status_code == 200, told.text
    return await ola.post(path, **(fields(told.text) | {"site": site}))


async def amount_on(house: TestHouse, day: date, code: str = "ecg") -> list[int]:
    """What it costs on that day, in złoty."""
    at = house.clock.now().replace(year=day.year, month=day.month, day=day.day)
    async with house.house.database.unit_of_work() as uow:
        return [one.money.grosze // 100 for one in await clinic.prices(uow, code, at)]


async def test_a_new_price_ends_the_old_one_the_day_before_and_can_be_withdrawn(filled: TestHouse) -> None:
    today = filled.clock.now().date()
    last, first = date(2026, 12, 31), date(2027, 1, 1)
    async with keyboard(filled, Role.admin) as ola:
        told = await asked(ola, "65,50", JANUARY)
        page = html.unescape(told.text)
        assert "65,50 zł od 1 stycznia 2027" in page and "Ostatni dzień ceny 60 zł: 31 grudnia 2026" in page
        assert await amount_on(filled, first) == [60]
        assert (await confirmed(ola, told)).status_code == 303
        assert [await amount_on(filled, day) for day in (today, last, first)] == [[60], [60], [65]]
        (made,) = await filled.rows(Price, Price.service_code == "ecg", Price.valid_from == first)
        page = html.unescape((await ola.client.get(PATH + "?lang=pl")).text)
        assert "zapis: Ola" in page and "przyszła" in page and "z danych początkowych" in page
        assert "od 1 stycznia 2027: 65,50 zł" in (await ola.client.get("/studio/facts/prices?q=ekg&lang=pl")).text
        assert "Tak, wycofaj 65,50 zł: ta cena nie zacznie obowiązywać 1 stycznia 2027." in page
        unsure = await ola.post("/studio/facts/prices/withdraw", price=str(made.id))
        assert unsure.status_code == 422 and "Proszę zaznaczyć potwierdzenie" in unsure.text
        assert await amount_on(filled, first) == [65]
        for _ in range(2):
            assert (await ola.post("/studio/facts/prices/withdraw", price=str(made.id), sure="yes")).status_code == 303
        assert await amount_on(filled, first) == [60]
        assert "wycofanie: Ola" in (await ola.client.get(PATH + "?lang=pl")).text
        (old,) = await filled.rows(Price, Price.service_code == "ecg", Price.withdrawn_at.is_(None))
        assert old.valid_to is None
        refused = await ola.post("/studio/facts/prices/withdraw", price=str(old.id), sure="yes")
        assert refused.status_code == 422 and "już obowiązuje" in refused.text
    acts = [one.action for one in await filled.rows(AuditEvent, AuditEvent.subject_kind == "price")]
    assert acts == ["price.set", "price.withdrawn"]


async def test_a_slip_of_today_is_mended_today_and_stays_in_the_history(filled: TestHouse) -> None:
    today = filled.clock.now().date()
    async with keyboard(filled, Role.admin) as ola:
        told = await asked(ola, "6500", today.isoformat())
        assert "Duża różnica: teraz 60 zł, potem 6500 zł" in html.unescape(told.text)
        await confirmed(ola, told)
        told = await asked(ola, "65", today.isoformat())
        assert "Zastąpi cenę 6500 zł" in html.unescape(told.text)
        await confirmed(ola, told)
    assert await amount_on(filled, today) == [65]
    assert await amount_on(filled, today - timedelta(days=1)) == [60]
    rows = await filled.rows(Price, Price.service_code == "ecg")
    assert sorted(one.amount for one in rows) == [6000, 6500, 650000]


async def test_prices_do_not_overlap_and_a_gap_is_told(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        await confirmed(ola, await asked(ola, "70", JANUARY, "2027-03-31"))
        told = await asked(ola, "80", "2027-02-01")
        await confirmed(ola, told)
        rows = await filled.rows(Price, Price.service_code == "ecg")
        ends = {one.amount // 100: one.valid_to for one in rows}
        assert ends == {60: date(2026, 12, 31), 70: date(2027, 1, 31), 80: None}
        refused = await asked(ola, "75", "2026-12-01", "2027-01-15")
        assert refused.status_code == 422 and "Od 1 stycznia 2027 jest już inna cena (70 zł)" in html.unescape(
            refused.text
        )
        refused = await asked(ola, "75", JANUARY)
        assert refused.status_code == 422 and "trzeba ją wycofać" in refused.text
        told = await asked(ola, "90", "2027-06-01", "2027-06-30")
        assert "Po 30 czerwca 2027 w cenniku nie będzie żadnej ceny" in html.unescape(told.text)


async def test_a_site_has_a_price_of_its_own(filled: TestHouse) -> None:
    site = min(await filled.rows(Site), key=lambda one: one.code)
    today = filled.clock.now().date()
    async with keyboard(filled, Role.admin) as ola:
        told = await asked(ola, "55", today.isoformat(), site=str(site.id))
        await confirmed(ola, told, site=str(site.id))
    assert await amount_on(filled, today) == [55, 60]


@pytest.mark.parametrize(
    ("typed", "field", "told"),
    [
        (("dużo", JANUARY), "amount", "To nie jest kwota"),
        (("-5", JANUARY), "amount", "nie może być ujemna"),
        (("50001", JANUARY), "amount", "Najwyżej 50000 zł"),
        (("1.2.3", JANUARY), "amount", "To nie jest kwota"),
        (("60", "2026-01-01"), "valid_from", "Najwcześniej dziś"),
        (("60", "2031-01-01"), "valid_from", "dwa lata"),
        (("60", "jutro"), "valid_from", "nieczytelny"),
        (("60", ""), "valid_from", "nieczytelny"),
        (("60", JANUARY, "2026-12-30"), "valid_to", "przed pierwszym"),
        (("60", JANUARY, "", "gdzieś"), "site", "Nie ma takiej placówki"),
    ],
)
async def test_what_is_no_price_is_refused_beside_its_field(
    filled: TestHouse, typed: tuple[str, ...], field: str, told: str
) -> None:
    before = len(await filled.rows(Price))
    async with keyboard(filled, Role.admin) as ola:
        refused = await asked(ola, *typed)
        assert (
            refused.status_code == 422 and told in html.unescape(refused.text) and f'id="{field}-fault"' in refused.text
        )
        assert f'value="{typed[0]}"' in refused.text
        nowhere = "00000000-0000-0000-0000-000000000000"
        assert (await ola.post(PATH, **{"amount": "60", "valid_from": JANUARY, "site": nowhere})).status_code == 404
        assert (await ola.client.get("/studio/facts/prices/service/nothing")).status_code == 404
        assert (await ola.client.get("/studio/facts/prices/other/ecg")).status_code == 404
    assert len(await filled.rows(Price)) == before


async def test_the_second_of_two_sees_the_first_price(filled: TestHouse) -> None:
    async with keyboard(filled, Role.admin) as ola:
        late = fields((await ola.client.get(PATH)).text) | {"amount": "70", "valid_from": "2027-02-01", "site": ""}
        await confirmed(ola, await asked(ola, "65", JANUARY))
        refused = await ola.post(PATH, **late)
        assert refused.status_code == 422 and "Ktoś zmienił w międzyczasie" in refused.text
        assert "65 zł" in html.unescape(refused.text)
        told = await ola.post(PATH, **(fields(refused.text) | {"site": ""}))
        assert (await confirmed(ola, told)).status_code == 303
    assert await amount_on(filled, date(2027, 2, 1)) == [70]


async def test_articles_that_name_an_amount_of_the_past_are_told_and_stopped(filled: TestHouse) -> None:
    now = filled.clock.now()
    row = {
        "id": "ecg-price", "pl": {"question": "Ile kosztuje EKG?", "answer": "EKG kosztuje 60 zł."},
        "en": {"question": "How much is an ECG?", "answer": "An ECG is PLN 60."},
    }  # fmt: skip
    async with filled.house.database.unit_of_work() as uow:
        await import_articles(uow, BOT, [row], now)
        await publish(uow, BOT, "ecg-price", now)
    async with keyboard(filled, Role.admin) as ola:
        told = await asked(ola, "65", now.date().isoformat())
        assert "Artykuł (PL) podaje 60 zł" in html.unescape(told.text) and "/studio/articles/ecg-price" in told.text
        texts = {one.language: one for one in await filled.rows(ArticleVersion)}
        async with filled.house.database.unit_of_work() as uow:
            assert await problems(uow, texts, now, PUBLIC) == []
        await confirmed(ola, told)
        async with filled.house.database.unit_of_work() as uow:
            assert [one.key for one in await problems(uow, texts, now, PUBLIC)] == ["article-problem-price-of"] * 2


async def test_an_article_is_told_when_its_amount_leaves_what_it_is_said_of_though_something_else_costs_it(
    filled: TestHouse,
) -> None:
    now = filled.clock.now()
    words = {"pl": "Echo serca kosztuje 220 zł.", "en": "An echocardiogram is PLN 220."}
    row = {"id": "echo-price"} | {one: {"question": "Echo?", "answer": answer} for one, answer in words.items()}
    async with filled.house.database.unit_of_work() as uow:
        await import_articles(uow, BOT, [row], now)
        await publish(uow, BOT, "echo-price", now)
    path = "/studio/facts/prices/service/echo_heart"
    async with keyboard(filled, Role.admin) as ola:
        told = await asked(ola, "245", now.date().isoformat(), path=path)
        assert "Artykuł (PL) podaje 220 zł" in html.unescape(told.text), "a dermatologist costs as much"


async def test_a_day_after_the_change_is_booked_at_the_new_price(filled: TestHouse) -> None:
    from care.appointments.service import search_offers

    change = filled.clock.now().date() + timedelta(days=7)
    path = "/studio/facts/prices/visit/dermatology"
    async with keyboard(filled, Role.admin) as ola:
        await confirmed(ola, await asked(ola, "333", change.isoformat(), path=path), path=path)
    async with filled.house.database.unit_of_work() as uow:
        offers = await search_offers(
            uow, BOT, specialty="dermatology", payer="private", limit=60, now=filled.clock.now()
        )
    seen = {(one.start.date() >= change, one.price_private.grosze) for one in offers if one.price_private}
    assert seen == {(False, 22000), (True, 33300)}


async def test_a_price_for_all_sites_tells_which_keep_their_own_and_that_can_be_ended(filled: TestHouse) -> None:
    today = filled.clock.now().date()
    site = (await filled.rows(Site))[0]
    async with keyboard(filled, Role.admin) as ola:
        await confirmed(ola, await asked(ola, "70", today.isoformat(), site=str(site.id)), site=str(site.id))
        told = html.unescape((await asked(ola, "64", JANUARY)).text)
        assert f"{site.name} zostaje przy własnej cenie 70 zł" in told
        (own,) = await filled.rows(Price, Price.service_code == "ecg", Price.site_id == site.id)
        page = html.unescape((await ola.client.get(PATH + "?lang=pl")).text)
        assert f"Od dziś w placówce {site.name}" in page and "pozostałe placówki" in page and "60 zł" in page
        assert sorted(await amount_on(filled, today)) == [60, 70]
        assert (await ola.post("/studio/facts/prices/withdraw", price=str(own.id), sure="yes")).status_code == 303
        assert await amount_on(filled, today) == [60]
        assert "Zakończ własną cenę" not in (await ola.client.get(PATH + "?lang=pl")).text


async def test_the_own_price_of_a_site_ends_the_day_before_and_what_held_stays(filled: TestHouse) -> None:
    today = filled.clock.now().date()
    site = (await filled.rows(Site))[0]
    async with keyboard(filled, Role.admin) as ola:
        await confirmed(ola, await asked(ola, "70", today.isoformat(), site=str(site.id)), site=str(site.id))
    async with filled.house.database.unit_of_work() as uow:
        (own,) = await filled.rows(Price, Price.service_code == "ecg", Price.site_id == site.id)
        kept = await uow.session.get_one(Price, own.id)
        kept.valid_from = today - timedelta(days=5)
    async with keyboard(filled, Role.admin) as ola:
        assert (await ola.post("/studio/facts/prices/withdraw", price=str(own.id), sure="yes")).status_code == 303
    assert sorted(await amount_on(filled, today - timedelta(days=1))) == [60, 70]
    assert await amount_on(filled, today) == [60]
    assert (await filled.rows(AuditEvent, AuditEvent.action == "price.ended"))[0].subject_id == str(own.id)
