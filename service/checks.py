"""`test` and `lint`: what CI calls."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from core.errors import ConfigurationError
from core.migrations import differences, upgrade
from core.postgres import EmbeddedPostgres
from core.settings import ROOT, Settings
from service.setup import build_assets
from service.training import train

LONGEST_FILE = 400
MOST_PROCESSES = 4
"""Each takes up to 1.5 GB with its Rasa and browser."""
CODE = ("*.py", "*.ts", "*.html", "*.css")
PACKAGES = (
    "core",
    "care",
    "conversations",
    "handoff",
    "knowledge",
    "actions",
    "channels",
    "interop",
    "web",
    "service",
    "bench",
    "tests",
)


CHROMIUM = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str:
    """The browser of this machine, installed where we may. Raises `ConfigurationError` without one."""
    _from_debian("chromium", CHROMIUM, "browsers cannot be measured")
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if found is None:
        raise ConfigurationError("no Chromium on this machine: apt install chromium")
    return found


def test(arguments: list[str]) -> int:
    """Run pytest after making sure of pages, model and browser; further arguments are pytest's."""
    build_assets()
    _from_debian("chromium", CHROMIUM, "browser tests are skipped")
    _from_debian("redis-server", ("redis-server",), "tests on Redis are skipped")
    _from_debian("clamav-daemon", ("clamd",), "tests on a real scanner are skipped")
    _from_debian("espeak-ng", ("espeak-ng",), "tests that speak fail")
    arguments = [one for one in arguments if one != "--"]
    return _pytest(*arguments) if arguments else _all_tests()


def _all_tests() -> int:
    """In a process for each core those that need no quiet machine, then the quiet ones.

    At last, whether every control of the hazard log is shown by a test that passed.
    """
    if python := os.environ.get("PORADNIA_BOT_PYTHON", ""):
        # Before the tests: none of them has to wait for it within its own time.
        train(Path(python), Settings().data_folder / "models")
    processes = str(min(os.cpu_count() or 1, MOST_PROCESSES))
    with tempfile.TemporaryDirectory() as folder:
        passed = Path(folder) / "passed"
        # As one word: a file that is there, by itself, pytest would take for the tests to run.
        kept = f"--passed={passed}"
        beside = _pytest("-m", "not quiet", "-n", processes, "--dist", "loadscope", "--no-loadscope-reorder", kept)
        alone = _pytest("-m", "quiet", kept)
        shown = subprocess.run([sys.executable, "-m", "tests.controls", passed], cwd=ROOT, check=False).returncode
    return beside or alone or shown


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=ROOT, check=False).returncode


def lint() -> int:
    """All checks; every one runs, the first failure decides the exit code."""
    tool = Path(sys.executable).parent
    codes = []
    for title, command in (
        ("format", [tool / "ruff", "format", "--check", "."]),
        ("ruff", [tool / "ruff", "check", "."]),
        ("mypy", [tool / "mypy", *PACKAGES]),
        ("imports", [tool / "lint-imports"]),
    ):
        print(f"== {title}", flush=True)
        codes.append(subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode)
    print("== sizes", flush=True)
    codes.append(_sizes())
    print("== migrations", flush=True)
    codes.append(_migrations())
    return next((code for code in codes if code), 0)


def _sizes() -> int:
    listed = subprocess.run(["git", "ls-files", "-z", *CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    code = 0
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        count = len(file.read_text("utf-8").splitlines()) if file.exists() else 0
        if count > LONGEST_FILE:
            print(f"{name}: {count} lines are two ideas (at most {LONGEST_FILE})")
            code = 1
    return code


def _migrations() -> int:
    folder = Path(tempfile.mkdtemp(prefix="poradnia-lint-"))
    server = EmbeddedPostgres(folder / "pg")
    url = server.start()
    try:
        upgrade(url)
        found = differences(url)
        print("\n".join(found) or "models and migrations agree")
        return 1 if found else 0
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _from_debian(package: str, programs: tuple[str, ...], without: str) -> None:
    """A program the tests use: this machine's, or Debian's where we may install it."""
    if any(shutil.which(name) for name in programs):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "update", "-qq"], check=False, stdout=subprocess.DEVNULL)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False, stdout=subprocess.DEVNULL, env=quiet)
    if not any(shutil.which(name) for name in programs):
        print(f"no {package} found: {without} (apt install {package})", flush=True)
