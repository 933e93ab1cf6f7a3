"""Withdrawing an article, and what one person did in an emergency: two signatures, or a reason and a second person's answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse

from core.accounts import SignedIn
from core.errors import Refused
from core.when.say import say_when
from knowledge import confirming, editing, emergencies, publishing, signatures
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """The page of withdrawing, and what waits for a second person. Who may edit content alone; every act is audited."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Words = Annotated[str, Form(max_length=2000)]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        language, now = page_language(request, person.language), house.clock.now()
        return pages.respond(
            request, f"studio/{template}.html", language, 422 if refused else 200, person=person, refused=refused, now=now,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"),
            when=lambda at: say_when(at, language, now=now), **values,
        )  # fmt: skip

    @routes.get("/articles/{article_id}/withdraw")
    async def look(request: Request, article_id: str, person: Reader) -> Response:
        """What is no longer answered then, and who has to agree."""
        return await looked(request, article_id, person)

    async def looked(
        request: Request, article_id: str, person: SignedIn, refused: Refused | None = None, reason: str = ""
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            subject = await editing.whole(uow, person.access, article_id)
            content = await signatures.content_of_retiring(uow, subject.article)
            signed = await signatures.signed_by(uow, content)
        live = subject.versions.get(subject.article.published_version or 0, {})
        return respond(
            request, "withdraw", person, refused, subject=subject, live=live, content=content, signed=signed, reason=reason,
            is_live=subject.article.status == "published", is_mine=any(one.staff_id == person.staff_id for one in signed),
        )  # fmt: skip

    @routes.post("/articles/{article_id}/withdraw")
    async def retire(
        request: Request, article_id: str, person: Actor, emergency: bool = Form(False), reason: Words = ""
    ) -> Response:
        """Answer with it no more; safety content when somebody else signed, or at once with a reason."""
        async with house.database.unit_of_work() as uow:
            done = await publishing.retire(uow, person, article_id, house.clock.now(), reason if emergency else None)
        if isinstance(done, Refused):
            return await looked(request, article_id, person, done, reason)
        return RedirectResponse(f"/studio/articles/{article_id}", 303)

    @routes.post("/articles/{article_id}/withdraw/sign")
    async def sign(
        request: Request, article_id: str, person: Actor, content: Annotated[str, Form(max_length=200)]
    ) -> Response:
        """Stand for the withdrawal, so that somebody else may do it."""
        async with house.database.unit_of_work() as uow:
            subject = await editing.whole(uow, person.access, article_id)
            done = await signatures.sign_retiring(uow, person, subject.article, content, house.clock.now())
        if isinstance(done, Refused):
            return await looked(request, article_id, person, done)
        return RedirectResponse(f"/studio/articles/{article_id}/withdraw", 303)

    @routes.get("/emergencies")
    async def overview(request: Request, person: Reader) -> Response:
        """What waits for a second person, and what was decided."""
        return await listed(request, person)

    async def listed(request: Request, person: SignedIn, refused: Refused | None = None) -> Response:
        async with house.database.unit_of_work() as uow:
            waits = await emergencies.waiting(uow, person.access)
            over = await emergencies.over(uow, person.access)
        return respond(request, "emergencies", person, refused, waits=waits, over=over)

    @routes.post("/emergencies/{emergency_id}/confirm")
    async def confirm(request: Request, emergency_id: UUID, person: Actor) -> Response:
        """Stand for it too."""
        async with house.database.unit_of_work() as uow:
            done = await confirming.confirm(uow, person, emergency_id, house.clock.now())
        return await answered(request, person, done)

    @routes.post("/emergencies/{emergency_id}/object")
    async def object_to(request: Request, emergency_id: UUID, person: Actor, note: Words = "") -> Response:
        """Let what was before answer again."""
        async with house.database.unit_of_work() as uow:
            done = await confirming.object_to(uow, person, house.library, emergency_id, note, house.clock.now())
        return await answered(request, person, done)

    async def answered(request: Request, person: SignedIn, done: Refused | None) -> Response:
        if done is not None:
            return await listed(request, person, done)
        return RedirectResponse("/studio/emergencies", 303)

    return routes
