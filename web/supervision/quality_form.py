"""The evaluation form and what is sampled, under `/quality/form`: a table of questions that supervisors and admins edit."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SignedIn
from core.errors import NotFound, Refused
from core.when.say import say_when
from handoff.quality import forms
from handoff.quality.rules import ALWAYS, WEIGHTS, Kind, Plan, Question
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions

EMPTY = 2
"""Rows for new questions."""
LONGEST = 400


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """Routes of the form. Without the right there is nothing here (404)."""
    routes = APIRouter(prefix="/quality/form", include_in_schema=False)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]

    async def show(
        request: Request, person: SignedIn, refused: Refused | None = None, typed: Plan | None = None
    ) -> Response:
        if not person.access.allows(Permission.edit_quality_form):
            raise NotFound("page")
        now, language = house.clock.now(), page_language(request, person.language)
        async with house.database.unit_of_work() as uow:
            plan = await forms.plan_in_force(uow)
            kept = await forms.versions(uow)
        blank = [Question("", "", "", Kind.scale) for _ in range(EMPTY)]
        shown = typed or plan
        return pages.respond(
            request, "supervision/quality_form.html", language, 422 if refused else 200, person=person, plan=shown,
            rows=[*shown.questions, *blank], number=plan.number, kept=kept, refused=refused, kinds=list(Kind),
            weights=list(WEIGHTS), causes=ALWAYS, longest=forms.LONGEST, per_agent=forms.PER_AGENT, least=forms.LEAST,
            said=lambda at: say_when(at.astimezone(now.tzinfo), language, now=now, style="short"),
        )  # fmt: skip

    @routes.get("")
    async def read(request: Request, person: Reader) -> Response:
        """The form in force."""
        return await show(request, person)

    @routes.post("")
    async def change(request: Request, person: Actor) -> Response:
        """Put another in force."""
        if not person.access.allows(Permission.edit_quality_form):
            raise NotFound("page")
        sent = await request.form()
        fields = {key: str(value)[:LONGEST] for key, value in sent.items()}
        plan = _read(fields, [str(one) for one in sent.getlist("always")])
        async with house.database.unit_of_work() as uow:
            refused = await forms.save(uow, person, plan, house.clock.now())
        if refused is not None:
            return await show(request, person, refused, plan)
        return RedirectResponse("/quality/form", 303)

    return routes


def _read(fields: Mapping[str, str], always: list[str]) -> Plan:
    """The form as it was sent. A row without words is no question; rows stand in the order of their numbers."""
    rows: list[tuple[int, int, Question]] = []
    for index in range(forms.MOST + EMPTY):
        pl, en = (" ".join(fields.get(f"{name}-{index}", "").split()) for name in ("pl", "en"))
        if not pl and not en:
            continue
        given = fields.get(f"kind-{index}", "")
        kind = Kind(given) if given in set(Kind) else Kind.scale
        question = Question(
            fields.get(f"key-{index}") or forms.new_key(), pl, en, kind,
            0 if kind is Kind.comment else _whole(fields.get(f"weight-{index}", "")),
            bool(fields.get(f"critical-{index}")) and kind is Kind.yes_no,
        )  # fmt: skip
        rows.append((_whole(fields.get(f"place-{index}", "")), index, question))
    return Plan(
        _whole(fields.get("number", "")), _whole(fields.get("per_agent", "")), _whole(fields.get("least", "")),
        tuple(one for one in ALWAYS if one in always), tuple(one for *_, one in sorted(rows, key=lambda row: row[:2])),
    )  # fmt: skip


def _whole(text: str) -> int:
    """A number of at most four digits; -1 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
