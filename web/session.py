"""Who is at the keyboard: the session cookie, CSRF tokens, and what is done when a session is over."""

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SESSION_LIFETIME, Browser, SignedIn, Stage, find_session
from web.parts import House

LOGIN_PATH = "/login"
CODE_PATH, ENROL_PATH, UNLOCK_PATH = "/login/code", "/login/second-factor", "/login/unlock"
DEVICE_LASTS = 400 * 24 * 3600
"""Seconds a browser keeps its own key; browsers cut longer ones to 400 days."""


class SessionOver(Exception):
    """Nobody is signed in, or not wholly: on to the page that mends it."""

    def __init__(self, person: SignedIn | None = None) -> None:
        super().__init__("over" if person is None else person.stage.value)
        self.person = person


class NotForRole(Exception):
    """Signed in, but this page is for other roles."""

    def __init__(self, person: SignedIn) -> None:
        super().__init__("role")
        self.person = person


class ForgedForm(Exception):
    """A form without the session's token, or from another site."""


@dataclass(frozen=True)
class Sessions:
    """Finds the person behind a request."""

    house: House

    @property
    def _is_secure(self) -> bool:
        return self.house.settings.is_https

    def _named(self, name: str) -> str:
        """The `__Host-` prefix binds a cookie to this host wherever HTTPS makes that possible."""
        return f"__Host-{name}" if self._is_secure else name

    @property
    def cookie(self) -> str:
        """The name of the session's cookie."""
        return self._named("poradnia")

    @property
    def device_cookie(self) -> str:
        """The name of the cookie with the browser's own key."""
        return self._named("poradnia-device")

    def browser(self, request: Request) -> Browser:
        """The browser that asks, as a session is bound to it."""
        return Browser(request.cookies.get(self.device_cookie, ""), request.headers.get("user-agent", ""))

    def know(self, request: Request, response: Response) -> None:
        """Give the browser a key of its own, unless it has one: before any session, which is then bound to it."""
        if not request.cookies.get(self.device_cookie):
            self._set(response, self.device_cookie, secrets.token_urlsafe(32), DEVICE_LASTS)

    def keep(self, response: Response, token: str) -> None:
        """Remember the sign-in in the browser."""
        self._set(response, self.cookie, token, int(SESSION_LIFETIME.total_seconds()))

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, path="/", httponly=True, samesite="lax", secure=self._is_secure
        )

    def forget(self, response: Response) -> None:
        """Take the session's cookie away; the browser stays known."""
        response.delete_cookie(self.cookie, path="/", httponly=True, samesite="lax", secure=self._is_secure)

    def token(self, request: Request) -> str:
        """What the browser shows as its session; empty without one."""
        return request.cookies.get(self.cookie, "")

    async def look(self, request: Request, *, is_automatic: bool = False) -> SignedIn | None:
        """The person behind the cookie, however far their sign-in is, locked or not. They have no rights before it is whole."""
        token = self.token(request)
        if not token:
            return None
        async with self.house.database.unit_of_work() as uow:
            return await find_session(
                uow, token, self.browser(request), self.house.clock.now(), is_automatic=is_automatic
            )

    async def find(self, request: Request, *, is_automatic: bool = False) -> SignedIn | None:
        """The person, if wholly signed in. What a page fetches by itself does not prolong an idle session."""
        found = await self.look(request, is_automatic=is_automatic)
        return found if found is not None and is_in(found) else None

    async def person(self, request: Request, *, is_automatic: bool = False) -> SignedIn:
        """The person, whatever their role. Raises `SessionOver`."""
        found = await self.look(request, is_automatic=is_automatic)
        if found is None or not is_in(found):
            raise SessionOver(found)
        return found

    async def anyone(self, request: Request) -> SignedIn:
        """`person`, as a dependency of pages for all staff."""
        return await self.person(request)

    async def acting(self, request: Request) -> SignedIn:
        """As `anyone`, for a form: it must carry the session's own token. Raises `ForgedForm` otherwise."""
        return await self.genuine(request, await self.person(request))

    async def genuine(self, request: Request, person: SignedIn) -> SignedIn:
        """The same person, if the form carries their session's own token. Raises `ForgedForm` otherwise."""
        given = str((await request.form()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), person.csrf_token.encode()):
            raise ForgedForm
        return person

    async def agent(self, request: Request, *, is_automatic: bool = False) -> SignedIn:
        """The person, who may read the queue. Raises `SessionOver` or `NotForRole`."""
        person = await self.person(request, is_automatic=is_automatic)
        if not person.access.allows(Permission.read_queue):
            raise NotForRole(person)
        return person

    async def acting_agent(self, request: Request) -> SignedIn:
        """As `agent`, for a form: it must carry the session's own token. Raises `ForgedForm` otherwise."""
        return await self.genuine(request, await self.agent(request))

    async def reader(self, request: Request) -> SignedIn:
        """The person, who may read threads: agents, and clinicians, who have no queue."""
        return _who_reads(await self.person(request))

    async def refreshing_reader(self, request: Request) -> SignedIn:
        """`reader` for what a page asks for by itself: it does not prolong an idle session."""
        return _who_reads(await self.person(request, is_automatic=True))

    async def acting_reader(self, request: Request) -> SignedIn:
        """As `reader`, for a form."""
        return await self.genuine(request, await self.reader(request))

    async def present_reader(self, request: Request) -> SignedIn:
        """`acting_reader` for what a page sends by itself: it does not prolong an idle session."""
        return await self.genuine(request, await self.refreshing_reader(request))

    def opened_mark(self, person: SignedIn, thread_id: UUID) -> str:
        """Given to a page whose opening was audited, so that its refreshes are not audited as openings again."""
        key = self.house.settings.secrets["session"].encode()
        return hmac.new(key, f"opened:{person.csrf_token}:{thread_id}".encode(), sha256).hexdigest()[:32]

    def was_opened(self, person: SignedIn, thread_id: UUID, mark: str) -> bool:
        """True if this session has opened the thread."""
        return hmac.compare_digest(self.opened_mark(person, thread_id).encode(), mark.encode())


def _who_reads(person: SignedIn) -> SignedIn:
    if not person.access.allows(Permission.read_thread):
        raise NotForRole(person)
    return person


def is_same_origin(request: Request, public_url: str) -> bool:
    """True if the browser says that the form came from a page of this very site. Modern browsers always say."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    allowed = {urlsplit(public_url).netloc, request.headers.get("host", "")}
    return origin is not None and urlsplit(origin).netloc in allowed


def home_of(person: SignedIn) -> str:
    """The first page of their work."""
    homes = (
        (Permission.read_queue, "/console"),
        (Permission.decide_refill, "/refills"),
        (Permission.read_patient, "/console/search"),
        (Permission.edit_content, "/studio/articles"),
        (Permission.manage_staff, "/staff"),
        (Permission.manage_privacy, "/privacy/persons"),
        (Permission.read_audit, "/privacy/audit"),
    )
    return next((path for right, path in homes if person.access.allows(right)), "/account")


def is_in(person: SignedIn) -> bool:
    """True if the sign-in is whole and the screen is not locked."""
    return person.stage is Stage.whole and not person.is_locked


def door_of(person: SignedIn | None) -> str:
    """The page that mends what is missing: sign in, enter a code, set up a second factor, unlock."""
    if person is None:
        return LOGIN_PATH
    if person.stage is Stage.whole:
        return UNLOCK_PATH
    return CODE_PATH if person.stage is Stage.code else ENROL_PATH


def to_login(request: Request, person: SignedIn | None = None) -> Response:
    """To the page that mends it and, after it, back here. A fragment tells the page around it to go there."""
    is_fragment = request.headers.get("hx-request") == "true"
    here = urlsplit(request.headers.get("hx-current-url", "")).path if is_fragment else request.url.path
    target = f"{door_of(person)}?over=1&next={quote(safe_next(here))}"
    if is_fragment:
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def safe_next(path: str) -> str:
    """A page of ours to go to after login; anything else becomes the console itself."""
    is_ours = path in _PAGES or path.startswith("/console/threads/")
    return path if is_ours and "\\" not in path and "//" not in path else "/console"


_PAGES = frozenset(
    "/account /board /board/complaints /clinical /clinical/triage /console /console/search /privacy/audit "
    "/privacy/persons /privacy/processors /quality /quality/figures /quality/form /quality/own /refills /replies /routing "
    "/staff /staff/break-glass /staff/review "
    "/studio/articles /studio/checks /studio/closed-days /studio/documents /studio/effects /studio/emergencies /studio/facts "
    "/studio/facts/prices /studio/intents /studio/preview /studio/shadow /studio/tests /studio/try /studio/unanswered".split()
)
"""All that the navigation leads to, and no page that only takes what is sent to it."""
