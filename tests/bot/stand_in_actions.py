"""A stand-in for the service's actions.

Small enough to read at a glance, faithful to the contract in docs/dialogue.md.
"""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Call = dict[str, Any]
Events = list[dict[str, Any]]
Replies = list[dict[str, Any]]

# A message with one of these intents interrupts a form: nothing is read from it as an answer.
INTERRUPTIONS = {
    "human", "stop_task", "goodbye", "clinic_info", "price", "prepare", "help", "praise", "chitchat",
    "thanks", "greet", "repeat", "change_language", "list_visits", "cancel_visit", "refill", "referral",
}  # fmt: skip

SPECIALTIES = {
    "kardiolog": "cardiology",
    "cardiolog": "cardiology",
    "okulist": "ophthalmology",
    "eye": "ophthalmology",
}
READ_UNASKED = {"specialty", "time_window", "payer", "birth_date"}
QUESTIONS = {
    "booking_form": [
        "specialty", "time_window", "offer", "payer", "visit_kind", "patient_name", "birth_date",
        "referral_code", "booking_confirmed",
    ],
    "visits_form": ["patient_name", "birth_date"],
    "cancel_form": ["patient_name", "birth_date", "visit", "cancel_confirmed"],
    "reschedule_form": ["patient_name", "birth_date", "visit", "time_window", "offer", "move_confirmed"],
    "confirm_form": ["patient_name", "birth_date", "visit"],
    "refill_form": [],  # begins by itself, once it is known who asks
    "triage_form": [],  # off, as where no clinician has signed the tables
}  # fmt: skip


def read(slot: str, text: str, intent: str, option: str | None) -> str | None:
    """What the message answers to the question for `slot`, if anything."""
    if slot in ("booking_confirmed", "cancel_confirmed", "move_confirmed"):
        return {"affirm": "yes", "deny": "no"}.get(intent)
    if slot in ("offer", "visit"):
        number = option or (re.search(r"\b[123]\b", text) or [None])[0]
        return f"{slot}-{number}" if number else None
    if slot == "specialty":
        return next((code for word, code in SPECIALTIES.items() if word in text), None)
    if slot == "time_window":
        said = re.search(r"jutro|piątek|piatek|poniedział|tomorrow|friday|monday", text)
        return json.dumps({"start": None, "end": None, "said": text}) if said else None
    if slot == "payer":
        return "nfz" if "nfz" in text else "private" if "pry" in text or "priv" in text else None
    if slot == "visit_kind":
        return "first" if "pierwsz" in text or "first" in text else "follow_up" if "kontrol" in text else None
    if slot == "patient_name":
        name = re.match(r"^([^\W\d_]+ [^\W\d_]+)(?:[ ,]+\d.*)?$", text)
        return name[1] if name and intent not in ("affirm", "deny", "out_of_scope") else None
    if slot == "birth_date":
        date = re.search(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
        return f"{date[3]}-{date[2]:0>2}-{date[1]:0>2}" if date else None
    if slot == "referral_code":
        code = re.search(r"\b\d{4}\b", text)
        return code[0] if code else None
    return None


def validate(form: str, call: Call) -> Events:
    """The events of `validate_<form>`.

    They say what could be read, and the question that is still open (none ends the form).
    """
    tracker = call["tracker"]
    slots, message = dict(tracker["slots"]), tracker["latest_message"]
    intent = message["intent"]["name"]
    asked = slots.get("requested_slot")
    option = next((entity["value"] for entity in message["entities"] if entity["entity"] == "option"), None)
    found: dict[str, str | None] = {}
    if intent not in INTERRUPTIONS or not asked:
        for slot in QUESTIONS[form]:
            if slots.get(slot) is None and (slot == asked or slot in READ_UNASKED):
                value = read(slot, message["text"], intent, option)
                if value is not None:
                    found[slot] = value
    if found.get("booking_confirmed") == "no":
        found.update(offer=None, booking_confirmed=None)
    slots.update(found)
    if slots.get("payer") == "private" and slots.get("referral_code") is None:
        found["referral_code"] = slots["referral_code"] = "none"
    still_open = next((slot for slot in QUESTIONS[form] if slots.get(slot) is None), None)
    events: Events = [{"event": "slot", "name": slot, "value": value} for slot, value in found.items()]
    return [*events, {"event": "slot", "name": "requested_slot", "value": still_open}]


def perform(call: Call) -> tuple[Events, Replies]:
    """Runs one action and says what Rasa should store and send."""
    action = call["next_action"]
    tracker = call["tracker"]
    if action.startswith("validate_"):
        return validate(action.removeprefix("validate_"), call), []
    if action == "action_session_start":
        return [{"event": "session_started"}, {"event": "action", "name": "action_listen"}], []
    if action == "action_stop_task":
        forgotten = [slot for form in QUESTIONS.values() for slot in form]
        return [{"event": "slot", "name": slot, "value": None} for slot in dict.fromkeys(forgotten)], [said(action)]
    if action == "action_default_fallback":
        before = [event["name"] for event in tracker["events"] if event["event"] == "action"]
        turns = [name for name in before if name != "action_listen" and name not in QUESTIONS]
        if turns and turns[-1] == action:
            leave: Events = [
                {"event": "active_loop", "name": None},
                {"event": "slot", "name": "requested_slot", "value": None},
                {"event": "followup", "name": "action_listen"},
            ]
            return leave, [said("handed-over")]
    return [], [said(action)]


def said(key: str) -> dict[str, Any]:
    return {"custom": {"key": key.replace("_", "-"), "args": {}, "choices": []}}


class StandInActions:
    """Serves the action endpoint on a free loopback port; remembers calls, and breaks down if told to."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.secrets: set[str | None] = set()
        self.broken = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        actions = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                actions.calls.append(call)
                actions.secrets.add(self.headers.get("X-Poradnia-Secret"))
                events, replies = ([], []) if actions.broken else perform(call)
                body = json.dumps({"events": events, "responses": replies}).encode()
                self.send_response(500 if actions.broken else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
