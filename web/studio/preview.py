"""`/studio/preview`: a message as a patient would send it, the answer as the channel would give it, and beside it why.

What is typed is neither kept nor logged; that somebody looked is audited, without the words.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response

from conversations.dialogue import FALLBACK
from conversations.safety import Level
from core import audit
from core.access import Permission
from core.accounts import SignedIn
from core.i18n import LANGUAGES, Language
from knowledge.intents import clinic_goals
from knowledge.retrieval import Answer, Choices
from knowledge.service import Library
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions
from web.studio.previewing import CHANNELS, Channel, Seen, look

LONGEST_MESSAGE = 2_500
MOST_RANKED = 5


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """One page. Who may edit content alone."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)
    limits = house.library.calibration
    with_drafts = Library(house.library.embedder, with_drafts=True, calibration=limits)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    def respond(request: Request, person: SignedIn, **values: Any) -> Response:
        language, zone = page_language(request, person.language), house.clock.now().tzinfo
        return pages.respond(
            request, "studio/preview.html", language, person=person, refused=None, languages=LANGUAGES, channels=CHANNELS,
            longest=LONGEST_MESSAGE, lowest=limits.lowest, sure=limits.sure, clear_lead=limits.clear_lead, within=limits.choices_within,
            fallback=FALLBACK,
            most=MOST_RANKED, at_words=lambda at: at.astimezone(zone).strftime("%d.%m.%Y %H:%M") if at else "", **values,
        )  # fmt: skip

    @routes.get("/preview")
    async def ask(request: Request, person: Reader) -> Response:
        """A message to look at."""
        person.access.require(Permission.edit_content)
        spoken = page_language(request, person.language)
        return respond(request, person, text="", channel="webchat", spoken=spoken, drafts=False, seen=None)

    @routes.post("/preview")
    async def shown(
        request: Request,
        person: Actor,
        text: Annotated[str, Form(max_length=LONGEST_MESSAGE)] = "",
        channel: Annotated[Channel, Form()] = "webchat",
        language: Annotated[Language, Form()] = "pl",
        drafts: Annotated[bool, Form()] = False,
    ) -> Response:
        """What it would be answered with, and why."""
        person.access.require(Permission.edit_content)
        seen: Seen | None = None
        if text.strip():
            async with house.database.unit_of_work() as uow:
                audit.record(uow, person.access, "studio.previewed", "studio", "preview", house.clock.now())
            library = with_drafts if drafts else house.library
            seen = await look(house, library, text, channel, language, with_drafts=drafts)
        told = {"text": text, "channel": channel, "spoken": language, "drafts": drafts, "seen": seen}
        if seen is None:
            return respond(request, person, **told)
        async with house.database.unit_of_work() as uow:
            called = clinic_goals.names(await clinic_goals.published(uow), page_language(request, person.language))
        return respond(
            request, person, **told, verdict=_verdict(seen), acts=[_act(one) for one in seen.acts],
            signs=[(one.rule, one.level.name, text[one.start : one.end]) for one in seen.screening.firings],
            is_flagged=seen.screening.level > Level.none, called=called,
        )  # fmt: skip

    return routes


def _verdict(seen: Seen) -> str:
    found = seen.weighed.found if seen.weighed is not None else None
    return "answer" if isinstance(found, Answer) else "choices" if isinstance(found, Choices) else "unknown"


def _act(act: Any) -> tuple[str, str]:
    """The name of an act in the catalogue (`preview-act-…`), and what it is about."""
    return type(act).__name__.lower(), str(getattr(act, "reason", "") or getattr(act, "key", ""))
