"""From templates to HTML: one environment, the catalogue as `t`, icons, asset addresses, and the language of the page."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Protocol

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.i18n import Language, as_language, catalogue

WEB = Path(__file__).parent
DIST = WEB / "assets" / "dist"
ICONS = WEB / "frontend" / "src" / "icons"
LANGUAGE_COOKIE = "poradnia_lang"
_YEAR = 365 * 24 * 3600


@lru_cache
def icon(name: str) -> Markup:
    """An icon of ours, inline and hidden from screen readers: its button or link carries the words."""
    return Markup((ICONS / f"{name}.svg").read_text("utf-8").strip())  # noqa: S704 - our own files, never a person's text


@lru_cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(WEB), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["icon"] = icon
    return made


def asset_version() -> str:
    """A digest of what was built, so that browsers fetch it again exactly when it changed."""
    digest = hashlib.sha256()
    for file in sorted(DIST.glob("*.*")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


@dataclass(frozen=True)
class Pages:
    """Renders templates. `clinic_phone` stands on every page that may be seen without scripts."""

    version: str
    is_demo: bool
    clinic_phone: str

    def respond(
        self, request: Request, template: str, language: Language, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """The page or fragment; a language asked for by the address is remembered in a cookie."""
        response = HTMLResponse(self.render(request, template, language, **values), status)
        if request.query_params.get("lang") in ("pl", "en"):
            response.set_cookie(
                LANGUAGE_COOKIE,
                language,
                max_age=_YEAR,
                httponly=True,
                samesite="lax",
                secure=request.url.scheme == "https",
            )
        return response

    def render(self, request: Request, template: str, language: Language, **values: Any) -> str:
        """The HTML alone."""
        return (
            _environment()
            .get_template(template)
            .render(
                t=in_language(language),
                word=partial(word, language),
                language=language,
                other_language="en" if language == "pl" else "pl",
                path=request.url.path,
                asset=self.asset,
                is_demo=self.is_demo,
                clinic_phone=self.clinic_phone,
                **values,
            )
        )

    def asset(self, name: str) -> str:
        """The address of a built file."""
        return f"/assets/{name}?v={self.version}"


class Text(Protocol):
    """Words of the catalogue in one language."""

    def __call__(self, key: str, /, **args: Any) -> str:
        """The text of a key, filled."""
        ...


def in_language(language: Language) -> Text:
    """The catalogue of a language, as templates use it."""
    return partial(_text, language)


def _text(language: Language, key: str, /, **args: Any) -> str:
    return catalogue(language).text(key, **args)


def word(language: Language, kind: str, code: str | None) -> str:
    """The words for a code of some kind ("handoff-reason", "asked"); a code without words is shown as it is."""
    texts = catalogue(language)
    key = f"{kind}-{(code or 'none').replace('_', '-')}"
    return texts.text(key) if texts.has(key) else (code or "")


def page_language(request: Request, of_person: str | None = None) -> Language:
    """Asked for by the address, else the cookie, else the person's own, else the browser's, else Polish."""
    for value in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE), of_person):
        if value in ("pl", "en"):
            return as_language(value)
    for part in request.headers.get("accept-language", "").split(","):
        if part.strip()[:2].lower() in ("pl", "en"):
            return as_language(part.strip())
    return "pl"
