"""What has changed, as a stream for the console: topics and ids only. The page then asks for what it shows."""

import json
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from handoff.routing.agents import beat
from web.parts import House
from web.session import Sessions

TOPICS = ("queue", "thread", "case", "alert", "presence", "agent", "board", "call")
PING_SECONDS = 15.0


def router(house: House, sessions: Sessions) -> APIRouter:
    """`/console/events`, for one tab of a browser; it shares what it hears with the others."""
    routes = APIRouter(prefix="/console", include_in_schema=False)

    @routes.get("/events", response_model=None)
    async def events(request: Request) -> StreamingResponse:
        """The stream; it ends within half a minute of the session, or of the screen's lock."""
        await sessions.refreshing_reader(request)
        return StreamingResponse(
            _changes(house, sessions, request), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
        )

    return routes


async def _changes(house: House, sessions: Sessions, request: Request) -> AsyncIterator[str]:
    with house.bus.subscribe(*TOPICS) as events:
        yield "retry: 1500\nevent: hello\ndata: {}\n\n"
        checked = time.monotonic()
        while not await request.is_disconnected():
            event = await events.get(PING_SECONDS)
            if event is not None:
                told = {"topic": event["topic"], "id": str(event.get("id", ""))}
                yield f"event: change\ndata: {json.dumps(told)}\n\n"
            if time.monotonic() - checked >= PING_SECONDS:
                person = await sessions.find(request, is_automatic=True)
                if person is None:
                    yield "event: over\ndata: {}\n\n"
                    return
                # Timers of a hidden tab hardly run: whoever works in another window is still there while the stream is.
                async with house.database.unit_of_work() as uow:
                    await beat(uow, person.staff_id, house.clock.now())
                checked = time.monotonic()
                yield ": still here\n\n"
