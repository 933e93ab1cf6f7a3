"""The words of a post: a case number, what happened in the clinic's words, and a link. A patient's words only by the switch."""

import re
from uuid import UUID

from conversations.models import Message, SafetyAlert
from core.db import UnitOfWork
from core.i18n import Catalogue, as_language, catalogue
from core.redaction import mask_numbers
from handoff.models import HandoffEvent
from handoff.reach import last_inbound
from handoff.slack.models import Kind, SlackPost, SlackSettings

MOST_WORDS = 1500
_LABELLED = re.compile(r"<(?:https?:|mailto:|tel:)[^|>]*\|([^>]*)>")
_BARE = re.compile(r"<((?:https?:|mailto:|tel:)[^|>]*)>")
_SPECIAL = re.compile(r"<[@#!][^>]*>")


def case_number(case_id: UUID) -> str:
    """A short name of a case, to speak of it; it opens nothing."""
    return case_id.hex[-6:].upper()


async def words_of(uow: UnitOfWork, post: SlackPost, settings: SlackSettings) -> str | None:
    """The text to post, marked up as Slack reads it; None if what it was about is gone."""
    if post.words is not None:
        values = post.words
        texts = catalogue(as_language(values["language"]))
        return escaped(texts.text(values["key"], **values["args"]))
    if post.thread_id is None or post.case_id is None:
        return None
    texts = catalogue(settings.language)
    told = await _told(uow, post, texts, settings)
    if told is None:
        return None
    lead = texts.text("slack-case", number=case_number(post.case_id))
    return f"{escaped(f'{lead} {told}')}\n<{settings.console}/threads/{post.thread_id}>"


async def _told(uow: UnitOfWork, post: SlackPost, texts: Catalogue, settings: SlackSettings) -> str | None:
    if post.kind is Kind.alert:
        alert = await uow.session.get(SafetyAlert, post.about)
        return None if alert is None else texts.text("slack-alert", level=texts.text(f"alert-level-{alert.level}"))
    if post.kind is Kind.message:
        message = await uow.session.get(Message, post.about)
        if message is None:
            return None
        if not settings.has_texts:
            return texts.text("slack-message")
        return texts.text("slack-message-text", text=mask_numbers(message.body)[:MOST_WORDS])
    event = await uow.session.get(HandoffEvent, post.about)
    if event is None:
        return None
    if post.kind is Kind.breached:
        return texts.text("slack-breached", what=texts.text(f"due-{event.reason}"))
    if post.kind in (Kind.waits, Kind.urgent):
        assert post.thread_id is not None
        reached = (await last_inbound(uow, [post.thread_id])).get(post.thread_id)
        channel, language = (texts.text(f"channel-{reached[0]}"), reached[1]) if reached else ("–", "–")
        reason = texts.text(f"handoff-reason-{event.reason}")
        return texts.text(f"slack-{post.kind}", reason=reason, channel=channel, language=language.upper())
    return texts.text(f"slack-{post.kind}")


def escaped(text: str) -> str:
    """A text that Slack shows as it is: no links, no mentions, no commands. Source: Slack, "Formatting text": escape three signs."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def has_mention(text: str) -> bool:
    """True if a text from Slack names a person, a channel or everybody: it is meant for colleagues."""
    return _SPECIAL.search(text) is not None


def plain(text: str) -> str:
    """What somebody typed in Slack, without its mark-up."""
    shown = _BARE.sub(r"\1", _LABELLED.sub(r"\1", text))
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
