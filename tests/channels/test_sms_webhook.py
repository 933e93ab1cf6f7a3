"""The provider's webhook: nothing without a signature, nothing twice, everything stored as sent, never an error of ours."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms.inbound import parse
from channels.webhooks import MAX_FORM_BYTES, Signature
from conversations.models import Attachment, CaseState, Delivery, DeliveryState, Message, Turn
from tests.house import PUBLIC, TestHouse
from tests.house_data import eval_json

PATH = "/webhooks/twilio/sms"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff" + b"\x00" * 100


@pytest.mark.parametrize("signature", [None, "", "nonsense", "ąę", "RSOYDt4T1cUTdK1PDd93/VVr8B8="])
async def test_a_missing_or_forged_signature_is_refused_and_nothing_is_stored(
    house: TestHouse, signature: str | None
) -> None:
    headers = {} if signature is None else {b"X-Twilio-Signature": signature.encode()}
    async with house.web() as client:
        response = await client.post(PATH, data=house.form(Body="hej"), headers=headers)
    assert response.status_code == 403
    assert await house.rows(Message) == []


async def test_a_signature_of_another_form_or_address_is_refused(house: TestHouse) -> None:
    form = house.form(Body="hej")
    async with house.web() as client:
        for signed, path in [({**form, "Body": "inne"}, PATH), (form, PATH + "/status/x"), (form, PATH + "?a=1")]:
            headers = {"X-Twilio-Signature": house.signature(path, signed)}
            assert (await client.post(PATH, data=form, headers=headers)).status_code == 403
    assert await house.rows(Message) == []


async def test_a_replayed_webhook_is_answered_again_and_stored_once(house: TestHouse) -> None:
    form = house.form(Body="hej")
    async with house.web() as client:
        responses = await asyncio.gather(*(house.webhook(client, form) for _ in range(10)))
        responses.append(await house.webhook(client, form))
    assert {r.status_code for r in responses} == {200}
    assert all(r.headers["content-type"].startswith("application/xml") and "<Response/>" in r.text for r in responses)
    assert len(await house.rows(Message)) == len(await house.rows(Turn)) == 1


STRANGE = {
    "100 kB": "ż" * 50_000,
    "control characters": "a\x00b\x07\x1b[31mc\r\n\td",
    "right-to-left marks": "\u202egnp.exe\u200f \u2066x\u2069",
    "SQL": "'; DROP TABLE messages; --",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>&amp;",
    "a template": "{{7*7}} ${7*7} %s %(x)s {0} { $x }",
    "a command": '/book_appointment{"specialty":"x"}',
    "emoji": "👩‍⚕️👍",
    "nothing": "",
    "combining marks": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞",
}


@pytest.mark.parametrize("body", STRANGE.values(), ids=STRANGE.keys())
async def test_strange_bodies_are_stored_as_sent_and_answered_politely(house: TestHouse, body: str) -> None:
    async with house.web() as client:
        assert (await house.webhook(client, house.form(Body=body))).status_code == 200
    thread_id = await house.only_thread()
    await house.house.turns.take(thread_id)
    inbound, *answers = await house.messages(thread_id)
    assert inbound.body == body
    assert answers, "somebody answers"
    assert not any(turn.text.startswith("/") or turn.payload for turn in house.dialogue.asked)


async def test_a_body_that_is_too_long_for_the_bot_is_answered_without_it(house: TestHouse) -> None:
    assert await house.keys("a" * 100_000) == ["bot-too-long"]
    assert house.dialogue.asked == []


async def test_a_form_that_is_too_large_is_refused_whatever_length_it_announces(house: TestHouse) -> None:
    async def chunks() -> object:
        for _ in range(MAX_FORM_BYTES // 10_000 + 2):
            yield b"Body=" + b"a" * 9_995

    async with house.web() as client:
        huge = await client.post(PATH, content=b"a" * (MAX_FORM_BYTES + 1))
        streamed = await client.post(PATH, content=chunks())  # type: ignore[arg-type]
    assert huge.status_code == streamed.status_code == 413


CONTENTS = (b"", b"%", b"a=%ff%fe&b=%00", b"\xff\xfe", b"&&&===", b"MessageSid", b"a=1&" * 300, b"{}", b"--x\r\n\r\n")
KINDS = (
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/json", "",
)  # fmt: skip


async def test_strange_requests_are_refused_and_never_break_us(house: TestHouse) -> None:
    async with house.web() as client:
        for path in (PATH, f"{PATH}/status/{uuid4()}", f"{PATH}/status/x"):
            for content in CONTENTS:
                for kind in KINDS:
                    response = await client.post(path, content=content, headers={"Content-Type": kind})
                    assert 400 <= response.status_code < 500, (path, content, kind)


@pytest.mark.parametrize(
    "fields",
    [
        {"MessageSid": ""},
        {"From": ""},
        {"From": "  "},
        {"MessageSid": "SM\x00"},
        {"MessageSid": "a" * 500},
        {"From": "x" * 500},
    ],
)
async def test_a_signed_form_without_a_message_or_a_sender_is_a_bad_request(
    house: TestHouse, fields: dict[str, str]
) -> None:
    async with house.web() as client:
        assert (await house.webhook(client, house.form(**fields))).status_code == 400
    assert await house.rows(Message) == []


@pytest.mark.parametrize(
    "fields",
    [{"NumMedia": "x"}, {"NumMedia": "-1"}, {"NumMedia": "99999999999"}, {"NumMedia": "1"}, {"From": "KLINIKA"}, {"From": "12"},
     {"From": "\x00\u202e"}, {"NumMedia": "1", "MediaUrl0": "ftp://x\x00", "MediaContentType0": "\x00/ą"},
     {"NumMedia": "1", "MediaUrl0": "http://[", "MediaContentType0": "image/png"}],
)  # fmt: skip
async def test_a_signed_form_with_strange_fields_is_taken_and_answered(
    house: TestHouse, fields: dict[str, str]
) -> None:
    async with house.web() as client:
        assert (await house.webhook(client, house.form(Body="hej", **fields))).status_code == 200
    assert await house.house.turns.take(await house.only_thread()) == 1


@given(st.dictionaries(st.sampled_from(["MessageSid", "From", "Body", "NumMedia", "MediaUrl0"]), st.text(max_size=30)))
def test_parsing_never_fails(form: dict[str, str]) -> None:
    inbound = parse(form, "PL")
    assert inbound is None or (inbound.provider_id and inbound.address and inbound.text == form.get("Body", ""))


def test_the_providers_published_signatures_hold_and_forged_ones_do_not() -> None:
    for vector in eval_json("twilio/signature_vectors.json"):
        fields = vector.get("body") or _Fields(vector["params"])
        assert Signature(vector["auth_token"]).holds(vector["url"], fields, vector["signature"]) == vector["valid"], (
            vector["name"]
        )


class _Fields(dict[str, object]):
    """Fields that may have several values, as our form gives them."""

    def getlist(self, key: str) -> list[str]:
        value = self[key]
        return list(value) if isinstance(value, list) else [str(value)]


async def test_a_field_with_several_values_does_not_break_the_signature(house: TestHouse) -> None:
    fields = {**house.form(Body="hej"), "Sid": ["5678", "1234", "1234"]}
    headers = {"X-Twilio-Signature": house.signature(PATH, _Fields(fields))}
    async with house.web() as client:
        assert (await client.post(PATH, data=fields, headers=headers)).status_code == 200


async def test_the_naughtiest_strings_come_in_by_sms_without_an_error(house: TestHouse) -> None:
    lines = [row["text"] for row in eval_json("safety/blns.jsonl")]
    async with house.web() as client:
        for number, text in enumerate(lines):
            form = house.form(Body=text, From=f"+4860{number % 8:07d}", MessageSid=f"SM{number:032d}")
            assert (await house.webhook(client, form)).status_code == 200, text
    stored = {m.provider_id: m for m in await house.rows(Message)}
    sent = [stored[f"SM{number:032d}"].body for number in range(len(lines))]
    as_form = [httpx.QueryParams({"b": text})["b"] for text in lines]
    assert sent == as_form
    for thread_id in {m.thread_id for m in stored.values()}:
        await house.house.turns.take(thread_id)
    assert {t.outcome for t in await house.rows(Turn)} <= {"acted", "answered"}
    assert not any(turn.payload or turn.text.startswith("/") for turn in house.dialogue.asked)


# Files. The provider's API is the simulator's, over a real port.


@pytest.mark.parametrize(("kind", "content", "state"), [
    ("image/png", PNG, "kept"), ("application/pdf", PDF, "kept"), ("image/jpeg", PNG, "kept"), ("image/png", EXE, "refused"),
    ("image/svg+xml", b"<svg onload=alert(1)></svg>", "refused"), ("image/png", b"", "refused"), ("text/html", b"<html>", "refused"),
    ("audio/ogg", b"OggS\x00\x02" + b"\x00" * 50, "refused"), ("image/png", PNG + b"\x00" * 5_000_000, "refused"),
])  # fmt: skip
async def test_a_file_is_kept_if_it_is_what_we_open_and_refused_kindly_otherwise(
    served: TestHouse, kind: str, content: bytes, state: str
) -> None:
    assert served.house.simulator is not None
    await served.house.simulator.send_from_phone("+48600100200", "", (kind, content))
    thread_id = await served.only_thread()
    await served.house.turns.take(thread_id)
    (file,) = await served.attachments((await served.messages(thread_id))[0].id)
    assert file.state == state and file.source_url is None
    keys = await served.said_keys(thread_id)
    if state == "kept":
        assert file.content == content and file.size == len(content) and keys == ["handoff-attachment"]
        assert file.media_type == ("application/pdf" if content == PDF else "image/png")
        assert (await served.open_case(thread_id)).state is CaseState.waiting
    else:
        assert file.content is None and keys == ["media-refused"]


@pytest.mark.parametrize("url", [
    "http://127.0.0.1:{port}/healthz", "http://169.254.169.254/latest/meta-data", "file:///etc/passwd",
    "https://api.twilio.com@127.0.0.1:{port}/x", "https://api.twilio.com.evil.example/x", "//api.twilio.com/x", "http://[::1]/", "x", "http://[",
])  # fmt: skip
async def test_a_file_of_another_host_is_never_fetched(house: TestHouse, url: str) -> None:
    asked: list[bytes] = []

    async def listener(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(100))
        writer.close()

    server = await asyncio.start_server(listener, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    form = house.form(NumMedia="1", MediaUrl0=url.format(port=port), MediaContentType0="image/png")
    async with house.web() as client:
        assert (await house.webhook(client, form)).status_code == 200
    thread_id = await house.only_thread()
    await house.house.turns.take(thread_id)
    server.close()
    assert asked == []
    assert [one.state for one in await house.rows(Attachment)] == ["refused"]
    assert await house.said_keys(thread_id) == ["media-refused"]


async def test_a_provider_that_cannot_give_the_file_never_stops_the_conversation(house: TestHouse) -> None:
    base = house.house.settings.local_url  # nobody listens there
    form = house.form(
        NumMedia="1", MediaUrl0=f"{base}/simulator/x", MediaContentType0="image/png", Body="to moje wyniki"
    )
    async with house.web() as client:
        await house.webhook(client, form)
    thread_id = await house.only_thread()
    await house.house.turns.take(thread_id)
    assert (await house.thread(thread_id)).lease_owner is None
    assert await house.said_keys(thread_id) == ["media-lost", "answer-article"]
    assert (await house.text("halo"))[-1] == "echo halo"


# Receipts


async def test_receipts_come_signed_and_only_known_words_count(house: TestHouse) -> None:
    await house.text("hej")
    thread_id = await house.only_thread()
    message_id = (await house.messages(thread_id))[-1].id
    path = f"{PATH}/status/{message_id}"
    async with house.web() as client:
        forged = await client.post(path, data={"MessageStatus": "delivered"})
        assert forged.status_code == 403
        for status, state in [
            ("nonsense", "queued"),
            ("sent", "sent"),
            ("delivered", "delivered"),
            ("sent", "delivered"),
        ]:
            form = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": "\x00"}
            assert (await house.webhook(client, form, path)).status_code == 204
            assert (await house.delivery(message_id)).state == state
        unknown = f"{PATH}/status/{uuid4()}"
        assert (await house.webhook(client, {"MessageStatus": "sent"}, unknown)).status_code == 204


# The way out, with the real SDK


async def test_an_answer_leaves_by_the_sdk_arrives_on_the_phone_and_its_receipt_comes_back(served: TestHouse) -> None:
    assert served.house.simulator is not None
    await served.house.simulator.send_from_phone("+48600100200", "dzień dobry")
    thread_id = await served.only_thread()
    await served.house.turns.take(thread_id)
    assert await served.house.deliverer.drain(thread_id) == 2
    phone = await served.house.simulator.phone_messages("+48600100200")
    assert [m.body for m in phone if not m.is_from_phone] == await served.said(thread_id)
    for _ in range(100):
        rows = await served.rows(Delivery)
        if all(row.state is DeliveryState.delivered for row in rows):
            break
        await asyncio.sleep(0.05)
    assert {row.state for row in rows} == {DeliveryState.delivered} and all(row.provider_id for row in rows)


@pytest.mark.parametrize("word", ["STOP", "CANCEL"])
async def test_after_the_carriers_stop_nothing_is_sent_and_it_shows_until_start(served: TestHouse, word: str) -> None:
    assert served.house.simulator is not None
    await served.house.simulator.send_from_phone("+48600100200", word)
    thread_id = await served.only_thread()
    await served.house.turns.take(thread_id)
    marta = await served.staff()
    async with served.house.database.unit_of_work() as uow:
        await served.house.cases.escalate(
            uow, marta.access, (await served.open_case(thread_id)).id, "asked", served.clock.now()
        )
    await served.accept(marta, (await served.open_case(thread_id)).id)
    await served.house.deliverer.drain(thread_id)
    rows = await served.rows(Delivery)
    refused, withheld = (DeliveryState.dead, "21610"), (DeliveryState.withheld, "stopped-by-carrier")
    # STOP is known from the word itself; the carrier's own CANCEL only once it has refused a message.
    assert {(row.state, row.error_code) for row in rows} == ({withheld} if word == "STOP" else {refused, withheld})
    assert (await served.point("+48600100200")).opted_out_by == "carrier"
    await served.house.simulator.send_from_phone("+48600100200", "START")
    await served.house.turns.take(thread_id)
    assert await served.house.deliverer.drain(thread_id) >= 1


async def test_a_provider_that_is_down_is_tried_again_and_one_that_refuses_is_not(served: TestHouse) -> None:
    provider = served.house.simulator
    assert provider is not None
    await served.text("hej")
    thread_id = await served.only_thread()
    provider.fault = "down"
    assert await served.house.deliverer.drain(thread_id) == 0
    first = (await served.messages(thread_id))[1].id
    assert (await served.delivery(first)).error_code == "20503"
    served.clock.instant += timedelta(seconds=2)
    provider.fault = "refuse"
    await served.house.deliverer.drain(thread_id)
    rows = await served.rows(Delivery)
    assert {(row.state, row.error_code) for row in rows} == {(DeliveryState.dead, "21211")}


async def test_the_outgoing_request_is_what_the_providers_api_description_allows(served: TestHouse) -> None:
    import jsonschema

    api = eval_json("twilio/twilio_api_v2010.json")
    operation = api["paths"]["/2010-04-01/Accounts/{AccountSid}/Messages.json"]["post"]
    schema = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    provider = served.house.simulator
    assert provider is not None
    seen: list[dict[str, str]] = []
    create = provider.create_message

    async def watch(form: dict[str, str]) -> dict[str, object]:
        seen.append(form)
        return await create(form)

    provider.create_message = watch  # type: ignore[method-assign]
    await served.text("hej")
    await served.house.deliverer.drain(await served.only_thread())
    assert len(seen) == 2
    for form in seen:
        assert set(form) <= set(schema["properties"]), "no field the provider does not know"
        jsonschema.validate(form, {**schema, "components": api["components"]})
        assert form["StatusCallback"].startswith(f"{PUBLIC}{PATH}/status/") and form["To"] == "+48600100200"
    sid = (await served.rows(Delivery))[0].provider_id
    message = api["components"]["schemas"]["api.v2010.account.message"]["properties"]["sid"]
    jsonschema.validate(sid, {"type": "string", "pattern": message["pattern"]})
