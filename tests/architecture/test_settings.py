"""Every setting is documented, logs drop what could be health data, and production refuses what it must."""

import io
import json
import re
from pathlib import Path

import pytest
import structlog

from core.errors import ConfigurationError
from core.logging import ALLOWED, configure, describe
from core.settings import ROOT, Secrets, Settings

PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")


KNOWN = {f"PORADNIA_{name.upper()}" for name in Settings.model_fields} | {
    f"PORADNIA_SECRET_{name.upper()}" for name in Secrets.NAMES
}
ELSEWHERE = {"PORADNIA_BOT_PYTHON", "PORADNIA_EVAL", "PORADNIA_CHROMIUM"}
INTERNAL = {
    "PORADNIA_ACTIONS_URL",
    "PORADNIA_ACTIONS_SECRET",
    "PORADNIA_TRACKER_URL",
    "PORADNIA_TRACKER_KEY",
    "PORADNIA_STARTED",
    "PORADNIA_LLM",
    "PORADNIA_TRAINING_VECTORS",
}
"""What the supervisor tells its own children, and what is planned."""
PLACEHOLDERS = {"PORADNIA_SECRET", "PORADNIA_SECRET_NAME"}


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(re.findall(r"^\| `(PORADNIA_[A-Z_]+)`", PAGE, re.M)) == KNOWN | ELSEWHERE


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name != "data_folder"])
def test_the_documented_default_is_the_one_in_force(name: str) -> None:
    (shown,) = re.findall(rf"^\| `PORADNIA_{name.upper()}` \| `?([^|`]*?)`? \|", PAGE, re.M)
    default = Settings.model_fields[name].get_default(call_default_factory=True, validated_data={})
    assert shown == ("empty" if default in ("", []) else str(default))


def test_every_setting_named_anywhere_exists() -> None:
    pages = [*(ROOT / "docs").rglob("*.md"), ROOT / "poradnia"]
    for folder in (
        "actions",
        "bench",
        "bot",
        "care",
        "channels",
        "conversations",
        "core",
        "handoff",
        "knowledge",
        "service",
        "web",
    ):
        pages += (ROOT / folder).rglob("*.py")
    for page in pages:
        named = set(re.findall(r"PORADNIA_[A-Z_]*[A-Z]", page.read_text("utf-8")))
        assert named <= KNOWN | ELSEWHERE | INTERNAL | PLACEHOLDERS, page


@pytest.mark.parametrize(
    "changes",
    [{}, {"twilio_account_sid": "AC1", "twilio_auth_token": "t"},
     {"twilio_account_sid": "AC1", "public_url": "https://x.example"}, {"public_url": "https://x.example"}],
)  # fmt: skip
def test_production_refuses_the_simulator_and_an_open_line(changes: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        Settings(mode="production", **changes).check()  # type: ignore[arg-type]


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "secrets.json"
    Secrets.make(file)
    first = file.read_text()
    Secrets.make(file)
    assert file.read_text() == first and file.stat().st_mode & 0o777 == 0o600
    assert len({Secrets.load(file)[name] for name in Secrets.NAMES}) == len(Secrets.NAMES)


@pytest.mark.parametrize("content", [None, "", "{", '{"encryption": "x"}'])
def test_missing_or_broken_secrets_are_an_error_that_says_what_to_do(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "secrets.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match="secrets"):
        Secrets.load(file)


def test_logs_drop_what_they_do_not_know_and_say_so() -> None:
    before = structlog.get_config()
    configure("INFO")
    try:
        written = io.StringIO()
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(written), cache_logger_on_first_use=False)
        log = structlog.get_logger()
        log.warning("sending failed", message="id-1", body="boli mnie w klatce", phone="+48600100200", reason="slow")
        line = json.loads(written.getvalue())
    finally:
        structlog.configure(**before)
    assert set(line) <= ALLOWED
    assert "klatce" not in written.getvalue() and "600100200" not in written.getvalue()
    assert line["message"] == "id-1" and line["reason"] == "slow (left out: body, phone)"


def test_an_exception_is_logged_without_its_words() -> None:
    try:
        raise ValueError("PESEL 44051401458")
    except ValueError as error:
        described = describe(error)
    assert described["exception_type"] == "ValueError" and "44051401458" not in str(described)
    assert set(described) <= ALLOWED


def test_what_the_code_logs_is_on_the_list() -> None:
    unknown = set()
    for folder in ("actions", "care", "channels", "conversations", "core", "handoff", "knowledge", "service", "web"):
        for path in (ROOT / folder).rglob("*.py"):
            for call in re.findall(r"\blog\.(?:info|warning|error|debug)\(([^\n]*)\)", path.read_text("utf-8")):
                unknown |= {
                    f"{path.name}: {key}" for key in re.findall(r"[(,]\s*(\w+)=", f"({call}") if key not in ALLOWED
                }
    assert unknown == set()


def test_the_public_address_has_the_web_port_where_nobody_sets_it(tmp_path: Path) -> None:
    assert Settings(data_folder=tmp_path, web_port=9000).public_url == "http://127.0.0.1:9000"
    assert (
        Settings(data_folder=tmp_path, web_port=9000, public_url="https://x.example").public_url == "https://x.example"
    )
