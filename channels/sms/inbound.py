"""From the provider's form to our message, and from its status words to ours."""

import re
from collections.abc import Mapping

from conversations.models import DeliveryState
from conversations.protocols import InboundMessage, Media
from core.phone import parse_number

_STATES = {
    "accepted": DeliveryState.sent,
    "queued": DeliveryState.sent,
    "sending": DeliveryState.sent,
    "sent": DeliveryState.sent,
    "delivered": DeliveryState.delivered,
    "read": DeliveryState.read,
    "undelivered": DeliveryState.dead,
    "failed": DeliveryState.dead,
}
_OPT_OUTS = {"STOP": True, "START": False}
"""What the provider says it made of a message itself (Twilio, "Advanced Opt-Out"); HELP changes nothing."""
MAX_MEDIA = 10
MAX_SENDER = 100
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def parse(form: Mapping[str, str], region: str) -> InboundMessage | None:
    """The message in a webhook's form; None if it names no message or sender. A sender that is no number is kept as it is."""
    sid, sender = name(form.get("MessageSid") or form.get("SmsSid")), (form.get("From") or "").strip()
    if not sid or not sender or len(sender) > MAX_SENDER:
        return None
    try:
        count = min(max(int(form.get("NumMedia") or 0), 0), MAX_MEDIA)
    except ValueError:
        count = 0
    media = tuple(
        Media(form.get(f"MediaContentType{index}") or "", url=form[f"MediaUrl{index}"])
        for index in range(count)
        if form.get(f"MediaUrl{index}")
    )
    return InboundMessage(
        channel="sms", provider_id=sid, address_kind="phone", address=parse_number(sender, region) or sender,
        text=form.get("Body") or "", media=media, carrier_stops=_OPT_OUTS.get((form.get("OptOutType") or "").upper()),
    )  # fmt: skip


def name(word: str | None) -> str | None:
    """A name the provider gave to something (a message, an error), or None if it is none."""
    return word if word and _NAME.fullmatch(word) else None


def parse_state(word: str) -> DeliveryState | None:
    """Our state for the provider's word; None for words that change nothing."""
    return _STATES.get(word)
