"""Who is at the keyboard: the session cookie, CSRF tokens, and what is done when a session is over."""

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import quote, urlsplit
from uuid import UUID

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from core.access import Permission
from core.accounts import SESSION_LIFETIME, SignedIn, find_session
from web.parts import House

LOGIN_PATH = "/login"


class SessionOver(Exception):
    """Nobody is signed in, or the session has ended: on to the login page."""


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
        return self.house.settings.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The cookie's name; the `__Host-` prefix binds it to this host wherever HTTPS makes that possible."""
        return "__Host-poradnia" if self._is_secure else "poradnia"

    def keep(self, response: Response, token: str) -> None:
        """Remember the sign-in in the browser."""
        response.set_cookie(
            self.cookie,
            token,
            max_age=int(SESSION_LIFETIME.total_seconds()),
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._is_secure,
        )

    def forget(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(self.cookie, path="/", httponly=True, samesite="lax", secure=self._is_secure)

    async def find(self, request: Request, *, is_automatic: bool = False) -> SignedIn | None:
        """The person, if signed in. What a page fetches by itself does not prolong an idle session."""
        token = request.cookies.get(self.cookie)
        if not token:
            return None
        async with self.house.database.unit_of_work() as uow:
            person = await find_session(uow, token, self.house.clock.now())
            if is_automatic:
                await uow.session.rollback()
        return person

    async def agent(self, request: Request, *, is_automatic: bool = False) -> SignedIn:
        """The person, who may read the queue. Raises `SessionOver` or `NotForRole`."""
        person = await self.find(request, is_automatic=is_automatic)
        if person is None:
            raise SessionOver
        if not person.access.allows(Permission.read_queue):
            raise NotForRole(person)
        return person

    async def agent_of(self, request: Request) -> SignedIn:
        """`agent`, as a dependency of routes that a person asked for."""
        return await self.agent(request)

    async def present_agent(self, request: Request) -> SignedIn:
        """`acting_agent` for what a page sends by itself: it does not prolong an idle session."""
        return await self._acting(request, is_automatic=True)

    async def acting_agent(self, request: Request) -> SignedIn:
        """As `agent`, for a form: it must carry the session's own token. Raises `ForgedForm` otherwise."""
        return await self._acting(request, is_automatic=False)

    async def _acting(self, request: Request, *, is_automatic: bool) -> SignedIn:
        person = await self.agent(request, is_automatic=is_automatic)
        given = str((await request.form()).get("csrf", ""))
        if not hmac.compare_digest(given.encode(), person.csrf_token.encode()):
            raise ForgedForm
        return person

    def opened_mark(self, person: SignedIn, thread_id: UUID) -> str:
        """Given to a page whose opening was audited, so that its refreshes are not audited as openings again."""
        key = self.house.settings.secrets["session"].encode()
        return hmac.new(key, f"opened:{person.csrf_token}:{thread_id}".encode(), sha256).hexdigest()[:32]

    def was_opened(self, person: SignedIn, thread_id: UUID, mark: str) -> bool:
        """True if this session has opened the thread."""
        return hmac.compare_digest(self.opened_mark(person, thread_id).encode(), mark.encode())


def is_same_origin(request: Request, public_url: str) -> bool:
    """True if the browser says that the form came from a page of this very site. Modern browsers always say."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    allowed = {urlsplit(public_url).netloc, request.headers.get("host", "")}
    return origin is not None and urlsplit(origin).netloc in allowed


def to_login(request: Request) -> Response:
    """To the login page and, after it, back here. A fragment tells the page around it to go there."""
    is_fragment = request.headers.get("hx-request") == "true"
    here = urlsplit(request.headers.get("hx-current-url", "")).path if is_fragment else request.url.path
    target = f"{LOGIN_PATH}?over=1&next={quote(safe_next(here))}"
    if is_fragment:
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, 303)


def safe_next(path: str) -> str:
    """A path of the staff's pages to go to after login; anything else becomes the console itself."""
    is_ours = path in ("/console", "/privacy/audit") or path.startswith("/console/threads/")
    return path if is_ours and "\\" not in path and "//" not in path else "/console"
