"""Mounts the pages on the application."""

from fastapi import FastAPI, Request, Response
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from web.account.quality import router as own_quality_router
from web.account.routes import router as account_router
from web.account.slack import router as account_slack_router
from web.clinical.routes import router as clinical_router
from web.clinical.unsafe import router as unsafe_router
from web.console.acts import router as acts_router
from web.console.assist import router as assist_router
from web.console.authorisations import router as authorisations_router
from web.console.booking import router as case_booking_router
from web.console.canned import router as canned_router
from web.console.complaints import router as case_complaints_router
from web.console.contact_limits import router as limits_router
from web.console.conversation_tests import router as conversation_tests_router
from web.console.degraded import Examine
from web.console.degraded import router as degraded_router
from web.console.events import router as events_router
from web.console.follow_ups import router as follow_ups_router
from web.console.glass import router as glass_router
from web.console.joins import router as joins_router
from web.console.merges import router as merges_router
from web.console.mine import router as mine_router
from web.console.presence import router as presence_router
from web.console.routes import router as console_router
from web.console.search import router as search_router
from web.console.transcripts import router as transcript_sending_router
from web.demo.routes import router as demo_router
from web.limits import FormLimit
from web.login.routes import router as login_router
from web.login.sign_on import router as sign_on_router
from web.login.steps import router as steps_router
from web.parts import House
from web.prices.routes import router as public_prices_router
from web.privacy.persons import notice_router
from web.privacy.persons import router as persons_router
from web.privacy.processors import router as processors_router
from web.privacy.routes import router as privacy_router
from web.refills.measurements import router as measurements_router
from web.refills.routes import router as refills_router
from web.rendering import DIST, Pages, asset_version, page_language
from web.session import ForgedForm, NotForRole, SessionOver, Sessions, to_login
from web.simulator.calls import router as call_router
from web.simulator.routes import router as phone_router
from web.slack.routes import router as slack_router
from web.staff.reviews import router as reviews_router
from web.staff.routes import router as staff_router
from web.studio.closed_days import router as closed_days_router
from web.studio.documents import router as documents_router
from web.studio.effects import router as effects_router
from web.studio.emergencies import router as emergencies_router
from web.studio.files import router as files_router
from web.studio.gate import router as gate_router
from web.studio.intents import router as intents_router
from web.studio.preview import router as preview_router
from web.studio.prices import router as prices_router
from web.studio.routes import router as studio_router
from web.studio.shadow import router as shadow_router
from web.studio.site_facts import router as site_facts_router
from web.studio.unanswered import router as unanswered_router
from web.supervision.board import router as board_router
from web.supervision.complaints import router as complaints_router
from web.supervision.quality import router as quality_router
from web.supervision.quality_form import router as quality_form_router
from web.supervision.routing import router as routing_router
from web.transcripts.routes import router as transcripts_router
from web.widget.routes import router as widget_router

CLINIC_PHONE = "+48 89 000 10 01"


class Assets(StaticFiles):
    """Built files. An address with a version in it never changes its content; one without is asked for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, with how long it may be kept."""
        response = await super().get_response(path, scope)
        is_versioned = b"v=" in scope.get("query_string", b"")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_versioned else "no-cache"
        return response


def mount_pages(app: FastAPI, house: House, examine: Examine) -> None:
    """Login, console, widget, demo clinic and, where SMS are simulated, the phone."""
    pages = Pages(asset_version(), house.settings.mode == "demo", CLINIC_PHONE)
    sessions = Sessions(house)
    app.mount("/assets", Assets(directory=DIST, check_dir=False), name="assets")
    app.add_middleware(FormLimit)
    app.include_router(login_router(house, pages, sessions))
    app.include_router(steps_router(house, pages, sessions))
    if house.settings.oidc_issuer:
        app.include_router(sign_on_router(house, pages, sessions))
    app.include_router(account_router(house, pages, sessions))
    app.include_router(account_slack_router(house, pages, sessions))
    app.include_router(reviews_router(house, pages, sessions))
    app.include_router(staff_router(house, pages, sessions))
    app.include_router(unsafe_router(house, pages, sessions))
    app.include_router(clinical_router(house, pages, sessions))
    app.include_router(console_router(house, pages, sessions))
    app.include_router(search_router(house, pages, sessions))
    app.include_router(merges_router(house, pages, sessions))
    app.include_router(joins_router(house, pages, sessions))
    app.include_router(glass_router(house, pages, sessions))
    app.include_router(acts_router(house, pages, sessions))
    app.include_router(conversation_tests_router(house, pages, sessions))
    app.include_router(canned_router(house, pages, sessions))
    app.include_router(assist_router(house, pages, sessions))
    app.include_router(mine_router(house, pages, sessions))
    app.include_router(studio_router(house, pages, sessions))
    app.include_router(emergencies_router(house, pages, sessions))
    app.include_router(documents_router(house, pages, sessions))
    app.include_router(files_router(house, sessions))
    app.include_router(closed_days_router(house, pages, sessions))
    app.include_router(site_facts_router(house, pages, sessions))
    app.include_router(prices_router(house, pages, sessions))
    app.include_router(shadow_router(house, pages, sessions))
    app.include_router(effects_router(house, pages, sessions))
    app.include_router(preview_router(house, pages, sessions))
    app.include_router(intents_router(house, pages, sessions))
    app.include_router(gate_router(house, pages, sessions))
    app.include_router(unanswered_router(house, pages, sessions))
    app.include_router(refills_router(house, pages, sessions))
    app.include_router(measurements_router(house, pages, sessions))
    app.include_router(authorisations_router(house, pages, sessions))
    app.include_router(board_router(house, pages, sessions))
    app.include_router(case_booking_router(house, pages, sessions))
    app.include_router(case_complaints_router(house, pages, sessions))
    app.include_router(limits_router(house, pages, sessions))
    app.include_router(transcript_sending_router(house, pages, sessions))
    app.include_router(complaints_router(house, pages, sessions))
    app.include_router(quality_router(house, pages, sessions))
    app.include_router(quality_form_router(house, pages, sessions))
    app.include_router(own_quality_router(house, pages, sessions))
    app.include_router(routing_router(house, pages, sessions))
    app.include_router(follow_ups_router(house, pages, sessions))
    app.include_router(events_router(house, sessions))
    app.include_router(presence_router(house, pages, sessions))
    app.include_router(degraded_router(house, pages, sessions, examine))
    app.include_router(privacy_router(house, pages, sessions))
    app.include_router(persons_router(house, pages, sessions))
    app.include_router(processors_router(house, pages, sessions))
    app.include_router(slack_router(house))
    app.include_router(notice_router(house, pages))
    app.include_router(public_prices_router(house, pages))
    app.include_router(transcripts_router(house, pages))
    app.include_router(widget_router(house, pages))
    if house.simulator is not None:
        app.include_router(phone_router(house, house.simulator, pages))
        app.include_router(call_router(house, house.twilio_token, pages))
    app.include_router(demo_router(house, pages))

    @app.exception_handler(SessionOver)
    async def signed_out(request: Request, error: Exception) -> Response:
        assert isinstance(error, SessionOver)
        return to_login(request, error.person)

    @app.exception_handler(NotForRole)
    async def other_role(request: Request, error: Exception) -> Response:
        assert isinstance(error, NotForRole)
        language = page_language(request, error.person.language)
        return pages.respond(request, "login/not_for_role.html", language, 403, person=error.person)

    @app.exception_handler(ForgedForm)
    async def forged(_: Request, __: Exception) -> Response:
        return JSONResponse({"detail": "Forbidden"}, 403)
