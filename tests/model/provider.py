"""A provider's API as the real client asks it (chat completions), on loopback: it keeps what it was sent, answers as scripted."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from tests.serving import serve


@dataclass
class Provider:
    """`answer` makes the content of the next answers from the user's message; a status other than 200 is an error of the provider."""

    url: str = ""
    answer: Callable[[str], str] = lambda material: json.dumps({"text": material})
    status: int = 200
    hangs: bool = False
    raw: bytes | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Other addresses of it that were called."""

    @property
    def traffic(self) -> str:
        """Everything that ever left for it."""
        return json.dumps(self.asked, ensure_ascii=False)

    def says(self, text: str) -> None:
        """Answer any question so, in the shape of a rewording."""
        self.answer = lambda _: json.dumps({"text": text})


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """One on a free port while the block lasts."""
    one = Provider()
    app = FastAPI()
    released = asyncio.Event()

    @app.post("/v1/chat/completions")
    async def complete(request: Request) -> Response:
        body = await request.json()
        one.asked.append({"body": body, "headers": dict(request.headers)})
        if one.hangs:
            await released.wait()
        if one.raw is not None:
            return Response(one.raw, media_type="application/json")
        if one.status != 200:
            return JSONResponse({"error": {"message": "no", "type": "server_error"}}, one.status)
        said = one.answer(body["messages"][-1]["content"])
        return JSONResponse(
            {
                "id": "c1", "object": "chat.completion", "created": 1, "model": body["model"],
                "choices": [
                    {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
                ],
                "usage": {"prompt_tokens": 200, "completion_tokens": 40, "total_tokens": 240},
            }
        )  # fmt: skip

    @app.api_route("/{path:path}", methods=["GET", "POST", "PATCH"])
    async def other(path: str) -> Response:
        one.elsewhere.append(path)
        return JSONResponse({}, 404)

    async with serve(app) as address:
        one.url = f"{address}/v1"
        yield one
        released.set()
