"""How large a form of the pages may be: read no further than that, whatever the sender says its length is."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_FORM_BYTES = 256 * 1024
"""A reply of 10,000 characters, each escaped, fits; nothing that people type here comes near."""
MAX_FILE_BYTES = 2_200_000
"""A file of examples for the studio, with what goes around it."""
MAX_LEAFLET_BYTES = 5_200_000
"""A file beside an article, or from the desk to a patient, with what goes around it."""
MAX_DOCUMENT_BYTES = 10_200_000
"""A document for the studio, with what goes around it."""
READ_AWAY = 160_000_000
"""Of a form that is too large so much is read and forgotten, so that its sender hears the answer."""
_LIMITS = {
    "/studio/documents": MAX_DOCUMENT_BYTES,
    "/studio/files": MAX_LEAFLET_BYTES,
    "/console/files": MAX_LEAFLET_BYTES,
    **dict.fromkeys(("/login", "/logout", "/account", "/staff", "/console", "/privacy", "/transcript"), MAX_FORM_BYTES),
    "/studio": MAX_FILE_BYTES,
}


_PAGES = {"/studio/documents": "/studio/documents?large=true", "/studio/files": "/studio/articles?large=true"}
"""Where a page says it in the reader's language, and takes the form again."""


class FormLimit:
    """Answers 413 to a form beyond the limit, before anything of it is looked at; or leads to the page that says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forms are read here, up to the limit, and given on."""
        limit = next((size for prefix, size in _LIMITS.items() if scope.get("path", "").startswith(prefix)), None)
        if limit is None or scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        parts: list[Message] = []
        size = int(dict(scope["headers"]).get(b"content-length", b"0") or 0)
        read = 0
        while size <= limit and read <= limit:
            parts.append(await receive())
            read += len(parts[-1].get("body", b""))
            if parts[-1]["type"] != "http.request" or not parts[-1].get("more_body", False):
                break
        if max(size, read) > limit and (page := _PAGES.get(scope["path"])) is not None:
            parts.clear()
            is_more = True
            while is_more and read <= READ_AWAY:
                message = await receive()
                read += len(message.get("body", b""))
                is_more = message["type"] == "http.request" and message.get("more_body", False)
            headers = [(b"location", page.encode()), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 303, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        if max(size, read) > limit:
            headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": headers})
            await send({"type": "http.response.body", "body": b"Too large"})
            return
        waiting = iter(parts)

        async def again() -> Message:
            return next(waiting, None) or await receive()

        await self._app(scope, again, send)
