"""`/studio`: articles in both languages side by side, their versions, the checks before publishing, and a question tried out."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import UploadFile

from conversations.understanding import fold
from core.access import Permission
from core.accounts import SignedIn
from core.db import UnitOfWork
from core.errors import Refused
from core.i18n import LANGUAGES
from core.when.say import say_when
from knowledge import discarding, editing, emergencies, files, publishing, schedules, scheduling, signatures
from knowledge.asked import words_of
from knowledge.facts import PLACEHOLDERS, facts
from knowledge.models import ArticleVersion
from knowledge.retrieval import Answer, Choices
from knowledge.service import Library
from knowledge.unanswered import question_of, written
from knowledge.versions import OLDEST
from web.parts import House
from web.rendering import Pages, page_language
from web.session import Sessions
from web.studio.forms import difference, empty, filled, group_of, notice_of, previews, row_of, typed

TOPICS = ("general", "clinic_info", "prepare", "documents", "insurance", "payment", "referral", "refill", "results")
STATES = ("mine", "published", "ahead", "planned", "unplanned", "withdrawn", "due", "one-language")
LONGEST_QUESTION = 300
WORDS = "pl_question"
"""A form that has this field came from the editor, with all of its words."""
FILE_REFUSALS = (
    "leaflet-empty",
    "leaflet-large",
    "leaflet-kind",
    "leaflet-title",
    "article-changed",
    "article-files",
    "article-incomplete",
)


class Studio:
    """What the pages share: the live library, and one that counts the drafts too."""

    def __init__(self, house: House) -> None:
        self.live = house.library
        self.drafts = Library(house.library.embedder, with_drafts=True, calibration=house.library.calibration)


def router(house: House, pages: Pages, sessions: Sessions) -> APIRouter:
    """List, editor, publishing, trying. Who may edit content alone; every change is audited."""
    routes = APIRouter(prefix="/studio", include_in_schema=False)
    studio = Studio(house)
    Reader = Annotated[SignedIn, Depends(sessions.anyone)]
    Actor = Annotated[SignedIn, Depends(sessions.acting)]
    Version = Annotated[int, Form(ge=1, le=1_000_000)]
    Base = Annotated[int, Form(ge=1)]
    Name = Annotated[str, Form(max_length=60)]
    Tongue = Annotated[Literal["pl", "en"], Form()]

    def respond(
        request: Request, template: str, person: SignedIn, refused: Refused | None = None, **values: Any
    ) -> Response:
        language, now = page_language(request, person.language), house.clock.now()
        return pages.respond(
            request, f"studio/{template}.html", language, 422 if refused else 200, person=person, refused=refused,
            today=now.date(), languages=LANGUAGES, topics=TOPICS, placeholders=sorted(PLACEHOLDERS), longest=editing.LONGEST,
            at_words=lambda at: at.astimezone(now.tzinfo).strftime("%d.%m.%Y %H:%M"),
            when=lambda at: say_when(at, language, now=now), **values,
        )  # fmt: skip

    @routes.get("/articles")
    async def overview(
        request: Request,
        person: Reader,
        q: Annotated[str, Query(max_length=LONGEST_QUESTION)] = "",
        state: str = "",
        drafted: Annotated[int, Query(ge=0, le=1000)] = 0,
        *,
        large: bool = False,
        discarded: bool = False,
    ) -> Response:
        """Every article, narrowed by words or by what needs doing."""
        async with house.database.unit_of_work() as uow:
            rows, waits = await editing.overview(uow, person.access), await emergencies.waiting(uow, person.access)
        needs = {row.article.id: row.needs(house.clock.now().date(), person.staff_id) for row in rows}
        counts = {name: sum(name in needs[row.article.id] for row in rows) for name in STATES}
        wanted = [row for row in rows if state not in STATES or state in needs[row.article.id]]
        words = fold(q).split()
        wanted = [row for row in wanted if all(word in fold(_searched(row)) for word in words)]
        return respond(
            request, "list", person, rows=wanted, total=len(rows), counts=counts, q=q, state=state, open_count=len(waits),
            drafted=drafted, discarded=discarded, largest_file=files.LARGEST // 1_000_000 if large else 0,
        )  # fmt: skip

    @routes.get("/articles/new")
    async def new(request: Request, person: Reader, unanswered: UUID | None = None) -> Response:
        """An empty editor, or one with the question that was not answered."""
        person.access.require(Permission.edit_content)
        values = empty()
        if unanswered is not None:
            async with house.database.unit_of_work() as uow:
                asked = await question_of(uow, person.access, unanswered)
            if asked:
                values["typed"] = {f"{asked[0]}_question": asked[1], "unanswered": str(unanswered)}
        values["typed"] = {"owner": str(person.staff_id)} | values["typed"]
        return await edited(request, person, None, values)

    @routes.post("/articles")
    async def create(request: Request, person: Actor) -> Response:
        """Keep a new article as a draft."""
        return await keep(request, person, "", base=0)

    @routes.get("/articles/{article_id}")
    async def show(request: Request, article_id: str, person: Reader, version: int = 0) -> Response:
        """The editor, with the newest words or those of an earlier version."""
        return await opened(request, person, article_id, version)

    async def opened(
        request: Request, person: SignedIn, article_id: str, version: int = 0, refused: Refused | None = None
    ) -> Response:
        async with house.database.unit_of_work() as uow:
            subject = await editing.whole(uow, person.access, article_id)
            known = {language: await facts(uow, language) for language in LANGUAGES}
            plan = (await schedules.plans(uow, [article_id])).get(article_id)
            stored = await files.of_article(uow, article_id)
            last = await discarding.last_published(uow, subject.article)
        texts = subject.versions.get(version) or subject.versions[subject.newest]
        heard = previews(texts, known, stored, house.settings.public_url)
        values = filled(subject, texts) | {"plan": plan, "heard": heard, "last": last}
        return await edited(request, person, refused, values)

    @routes.post("/articles/{article_id}")
    async def change(request: Request, article_id: str, person: Actor, base: Base) -> Response:
        """Keep the next version as a draft; or discard what was never published."""
        form = await request.form()
        if form.get("then") != "discard":
            return await keep(request, person, article_id, base)
        now, is_sure = house.clock.now(), form.get("sure") == "yes"
        async with house.database.unit_of_work() as uow:
            done = await discarding.discard(uow, person.access, article_id, base, now, is_confirmed=is_sure)
        if isinstance(done, Refused):
            return await opened(request, person, article_id, refused=done)
        return RedirectResponse(f"/studio/articles{'' if done else f'/{article_id}'}?discarded=true", 303)

    async def keep(request: Request, person: SignedIn, article_id: str, base: int) -> Response:
        saved = await kept(request, person, article_id, base)
        if isinstance(saved, Response):
            return saved
        article_id, version = saved
        if (await request.form()).get("then") == "publish":
            return RedirectResponse(f"/studio/articles/{article_id}/publish?version={version}", 303)
        return RedirectResponse(f"/studio/articles/{article_id}?kept={version}", 303)

    async def kept(request: Request, person: SignedIn, article_id: str, base: int) -> tuple[str, int] | Response:
        """The article and the version that has the form's words now; or the editor with them, and why they were not kept."""
        person.access.require(Permission.edit_content)
        form = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
        row = row_of(article_id or form.get("id", "").strip().lower(), form)
        group = group_of(form.get("unanswered", "")) if not article_id else None
        if isinstance(row, Refused):
            saved: int | Refused = row
        else:
            async with house.database.unit_of_work() as uow:
                saved = await editing.save(uow, person.access, row, base, house.clock.now(), person.name)
                if group is not None and not isinstance(saved, Refused):
                    await written(uow, person, group, str(row["id"]), house.clock.now())
            if not isinstance(saved, Refused):
                return str(row["id"]), saved
        assert isinstance(saved, Refused)
        theirs = None
        if saved.reason == "article-changed":
            async with house.database.unit_of_work() as uow:
                subject = await editing.whole(uow, person.access, article_id)
            theirs, base = subject.versions[subject.newest], subject.newest
        values = empty() | {"id": article_id, "base": base, "typed": form, "theirs": theirs}
        return await edited(request, person, saved, values)

    @routes.post("/files")
    async def add_file(request: Request, person: Actor, article: Name, base: Base, language: Tongue) -> Response:
        """Keep the editor's words, if they came too, and add the language's file under the name given for it."""
        form = await request.form()
        title, file = form.get(f"{language}_title"), form.get(f"{language}_file")
        content = await file.read(files.LARGEST + 1) if isinstance(file, UploadFile) else b""
        if WORDS in form:
            saved = await kept(request, person, article, base)
            if isinstance(saved, Response):
                return saved
            base = saved[1]
        async with house.database.unit_of_work() as uow:
            row = await newest_row(uow, person, article)
            name = title if isinstance(title, str) else ""
            made = await files.add(uow, person.access, article, name, content, house.clock.now(), person.name)
            done: int | Refused = 0
            if isinstance(made, Refused):
                done = made
            elif language not in row:
                done = Refused("article-incomplete")
            else:
                row[language]["files"] = [*row[language]["files"], made.id]
                done = await editing.save(uow, person.access, row, base, house.clock.now(), person.name)
            if isinstance(done, Refused):
                await uow.session.rollback()
        return _back(article, base, done)

    @routes.post("/files/remove")
    async def remove_file(
        request: Request, person: Actor, article: Name, base: Base, file: Annotated[UUID, Form()]
    ) -> Response:
        """Keep the editor's words, if they came too, and take a file away from them; earlier versions keep it."""
        if WORDS in await request.form():
            saved = await kept(request, person, article, base)
            if isinstance(saved, Response):
                return saved
            base = saved[1]
        async with house.database.unit_of_work() as uow:
            row = await newest_row(uow, person, article)
            for language in LANGUAGES:
                if language in row:
                    row[language]["files"] = [one for one in row[language]["files"] if one != file]
            done = await editing.save(uow, person.access, row, base, house.clock.now(), person.name)
        return _back(article, base, done)

    async def newest_row(uow: UnitOfWork, person: SignedIn, article: str) -> dict[str, Any]:
        subject = await editing.whole(uow, person.access, article)
        row = row_of(article, typed(subject, subject.versions[subject.newest]))
        assert not isinstance(row, Refused), "what was kept can be kept again"
        return row

    async def edited(
        request: Request, person: SignedIn, refused: Refused | None, values: dict[str, Any]
    ) -> Response:  # fmt: skip
        async with house.database.unit_of_work() as uow:
            owners, stored = await editing.editors(uow), await files.of_article(uow, values["id"])
        named = {
            one: [
                stored[UUID(ident)]
                for ident in values["typed"].get(f"{one}_files", "").split()
                if ident in map(str, stored)
            ]
            for one in LANGUAGES
        }
        told = request.query_params.get("refused", "")
        notice = notice_of(request.query_params, values["subject"]) if refused is None else None
        return respond(
            request, "editor", person, refused, **values, owners=owners, oldest=OLDEST, files=named, most_files=files.MOST,
            largest_file=files.LARGEST // 1_000_000, longest_title=files.LONGEST_TITLE,
            file_refused=told if told in FILE_REFUSALS else "", notice=notice,
        )  # fmt: skip

    @routes.get("/articles/{article_id}/publish")
    async def review(
        request: Request, article_id: str, person: Reader, version: int = 0, asked: bool = False
    ) -> Response:
        """What publishing would change: the words, the checks, other questions' answers; `asked`: patients' last questions too."""
        return await reviewed(request, person, article_id, version, asks=asked)

    async def reviewed(
        request: Request, person: SignedIn, article_id: str, version: int, refused: Refused | None = None, *,
        asks: bool = False, at: str = "",
    ) -> Response:  # fmt: skip
        async with house.database.unit_of_work() as uow:
            subject = await editing.whole(uow, person.access, article_id)
            wanted = version if version in subject.versions else subject.newest
            texts = subject.versions[wanted]
            found = await editing.problems(uow, texts, house.clock.now(), house.settings.public_url)
            changes = await editing.impact(uow, studio.live, article_id, wanted, texts)
            moved = words = None
            if asks:
                moved = await editing.asked_again(uow, person.access, studio.live, article_id, texts)
                ids = [one.message_id for one, _, _ in moved[0]]
                words = await words_of(uow, person.access, ids, ("article", article_id), house.clock.now())
            content = await signatures.content_of_article(uow, subject.article, texts)
            signed = await signatures.signed_by(uow, content)
            plan = (await schedules.plans(uow, [article_id])).get(article_id)
        live = subject.article.published_version if subject.article.status == "published" else None
        before: Mapping[str, ArticleVersion] = subject.versions.get(live or 0, {})
        return respond(
            request, "publish", person, refused, subject=subject, version=wanted, live=live, problems=found, changes=changes,
            moved=moved, words=words, content=content, signed=signed, plan=plan, at=at,
            is_mine=any(one.staff_id == person.staff_id for one in signed),
            differences={one: difference(before.get(one), texts.get(one)) for one in LANGUAGES},
        )  # fmt: skip

    @routes.post("/articles/{article_id}/publish")
    async def publish(request: Request, article_id: str, person: Actor, version: Version) -> Response:
        """Answer with that version from now on, unless a check stands against it."""
        async with house.database.unit_of_work() as uow:
            done = await publishing.release(uow, person.access, studio.live, article_id, version, house.clock.now())
        if isinstance(done, Refused):
            return await reviewed(request, person, article_id, version, done)
        return RedirectResponse(f"/studio/articles/{article_id}?published={version}", 303)

    @routes.post("/articles/{article_id}/plan")
    async def plan(
        request: Request, article_id: str, person: Actor, version: Version, at: Annotated[str, Form(max_length=40)] = ""
    ) -> Response:
        """Answer with that version from a time on, unless a check stands against it now or then."""
        person.access.require(Permission.edit_content)
        now = house.clock.now()
        wanted = scheduling.moment(at, now)
        done: schedules.PlannedPublication | Refused
        if isinstance(wanted, Refused):
            done = wanted
        else:
            async with house.database.unit_of_work() as uow:
                done = await scheduling.plan(uow, person, studio.live, article_id, version, wanted, now)
        if isinstance(done, Refused):
            return await reviewed(request, person, article_id, version, done, at=at)
        return RedirectResponse(f"/studio/articles/{article_id}?planned={version}", 303)

    @routes.post("/articles/{article_id}/plan/off")
    async def plan_off(request: Request, article_id: str, person: Actor) -> Response:
        """Do not publish it at its time; or put aside why it was not published."""
        async with house.database.unit_of_work() as uow:
            done = await schedules.call_off(uow, person.access, article_id, house.clock.now())
        if isinstance(done, Refused):
            return await reviewed(request, person, article_id, 0, done)
        return RedirectResponse(f"/studio/articles/{article_id}", 303)

    @routes.post("/articles/{article_id}/sign")
    async def sign(
        request: Request,
        article_id: str,
        person: Actor,
        version: Version,
        content: Annotated[str, Form(max_length=200)],
    ) -> Response:
        """Stand for a version of a safety article, so that somebody else may publish it."""
        async with house.database.unit_of_work() as uow:
            subject = await editing.whole(uow, person.access, article_id)
            texts = subject.versions.get(version) or subject.versions[subject.newest]
            done = await signatures.sign_article(uow, person, subject.article, texts, content, house.clock.now())
        if isinstance(done, Refused):
            return await reviewed(request, person, article_id, version, done)
        return RedirectResponse(f"/studio/articles/{article_id}/publish?version={version}", 303)

    @routes.post("/articles/{article_id}/restore")
    async def restore(request: Request, article_id: str, person: Actor, version: Version) -> Response:
        """An earlier version's words as a new draft."""
        async with house.database.unit_of_work() as uow:
            subject = await editing.whole(uow, person.access, article_id)
            texts = subject.versions.get(version) or subject.versions[subject.newest]
            row = row_of(article_id, typed(subject, texts))
            assert not isinstance(row, Refused), "what was kept can be kept again"
            done = await editing.save(uow, person.access, row, subject.newest, house.clock.now(), person.name)
        return _back(article_id, subject.newest, done, "")

    @routes.post("/try")
    async def try_out(
        request: Request,
        person: Actor,
        question: Annotated[str, Form(max_length=LONGEST_QUESTION)] = "",
        language: Annotated[Literal["pl", "en"], Form()] = "pl",
    ) -> Response:
        """What a question finds now, and what it would find with the drafts."""
        person.access.require(Permission.edit_content)
        found: dict[str, Any] = {}
        if question.strip():
            async with house.database.unit_of_work() as uow:
                for name, library in (("live", studio.live), ("drafts", studio.drafts)):
                    answer = await library.ask(uow, question, language)
                    matches = [answer.match] if isinstance(answer, Answer) else getattr(answer, "matches", ())
                    verdict = {Answer: "answer", Choices: "choices"}.get(type(answer), "unknown")
                    found[name] = {"verdict": verdict, "matches": matches}
        return respond(request, "try", person, question=question, spoken=language, found=found)

    @routes.get("/try")
    async def ask_to_try(request: Request, person: Reader) -> Response:
        """A question to try."""
        person.access.require(Permission.edit_content)
        return respond(request, "try", person, question="", spoken=page_language(request, person.language), found={})

    return routes


def _back(article: str, version: int, done: int | Refused, place: str = "#files") -> Response:
    told = f"kept={version}&refused={done.reason}" if isinstance(done, Refused) else f"kept={done}"
    return RedirectResponse(f"/studio/articles/{article}?{told}{place}", 303)


def _searched(row: editing.Row) -> str:
    return " ".join((row.article.id, row.article.topic, *row.questions.values()))
