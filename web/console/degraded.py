"""What does not work right now, or was switched off, said to agents while it lasts: what patients meet meanwhile, and what that
means for the queue.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from care.governance.service import is_automated
from core.accounts import SignedIn
from web.console.routes import ConsolePages
from web.parts import House
from web.rendering import Pages
from web.session import Sessions

Examine = Callable[[], Awaitable[Mapping[str, str]]]
SAID = ("dialogue", "worker", "provider", "bus", "screen", "scanner")
"""Parts whose failure agents are told of. Without the database there is no page to say it on."""


def router(house: House, pages: Pages, sessions: Sessions, examine: Examine) -> APIRouter:
    """`/console/fragments/degraded`."""
    routes = APIRouter(prefix="/console/fragments/degraded", include_in_schema=False)
    console = ConsolePages(house, pages, sessions)

    @routes.get("")
    async def degraded(request: Request, person: Annotated[SignedIn, Depends(sessions.refreshing_reader)]) -> Response:
        """A line for each part that fails, and one while automation is off; nothing when all is well."""
        found = await examine()
        failing = [part for part in SAID if found.get(part, "ok") != "ok"]
        async with house.database.unit_of_work() as uow:
            is_on = await is_automated(uow)
        return console.fragment(request, "console/degraded.html", person, failing=failing, is_automated=is_on)

    return routes
