"""The demo clinic's front page."""

from fastapi import APIRouter, Request, Response

from web.parts import House
from web.rendering import Pages, page_language


def router(house: House, pages: Pages) -> APIRouter:
    """`/`: a clinic's site with the widget on it, as any site would embed it."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    async def front(request: Request) -> Response:
        """The page."""
        origin = f"{request.url.scheme}://{request.url.netloc}"
        return pages.respond(
            request,
            "demo/page.html",
            page_language(request),
            origin=origin,
            has_phone=house.simulator is not None,
        )

    return routes
