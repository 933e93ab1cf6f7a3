"""The loader that other sites include, and the page inside its iframe."""

import json

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from core.i18n import LANGUAGES, catalogue
from web.parts import House
from web.rendering import DIST, Pages, page_language

# What the script shows; the page itself takes its words from the catalogue as every page does.
SCRIPT_TEXTS = (
    "title", "log", "choices", "hint", "write", "send", "attach", "minimise", "language", "typing", "author-bot",
    "author-agent", "author-system", "own-sending", "own-sent", "own-failed", "own-retry", "file-sent", "file-refused",
    "file-named", "file-pdf", "file-picture", "file-too-large", "file-fetch",
    "file-not-fetched", "state-waiting", "state-human", "offline", "slow-down",
    "retracted", "transcript",
)  # fmt: skip


def router(house: House, pages: Pages) -> APIRouter:
    """Routes under `/widget`."""
    routes = APIRouter(prefix="/widget", include_in_schema=False)
    texts = {
        language: {key: catalogue(language).text(f"widget-{key}") for key in SCRIPT_TEXTS} for language in LANGUAGES
    }
    # "<" would let a text end the element it stands in.
    script_texts = json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")

    @routes.get("/loader.js")
    async def loader() -> Response:
        """The one script a site includes. Any site may fetch it; only listed sites may show the frame."""
        return FileResponse(
            DIST / "loader.js",
            media_type="text/javascript; charset=utf-8",
            headers={"Cache-Control": "public, max-age=300", "Cross-Origin-Resource-Policy": "cross-origin"},
        )

    @routes.get("/frame")
    async def frame(request: Request) -> Response:
        """The chat; who may embed it is said by `frame-ancestors`."""
        return pages.respond(request, "widget/frame.html", page_language(request), script_texts=script_texts)

    return routes
