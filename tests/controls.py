"""Whether every control of the hazard log rests on tests that passed: a whole `./poradnia test` fails if one was skipped or is gone.

`pytest --passed=FILE` adds the tests that passed to FILE, so that several runs count as one; `python -m tests.controls FILE` judges.
"""

import sys
from pathlib import Path

import pytest

from care.governance import hazards

_passed: set[str] = set()


def note(node: str) -> None:
    """A test passed: its function and its file count as shown."""
    function = node.split("[", 1)[0]
    _passed.update((function, function.split("::", 1)[0]))


def unshown(log: hazards.HazardLog, passed: set[str]) -> list[str]:
    """The tests that controls rest on and that did not pass."""
    return sorted(log.tests - passed)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--passed=FILE`."""
    parser.addoption("--passed", type=Path, help="a file that the tests which passed are added to")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Every report of this process, or with several processes of all of them."""
    if report.when == "call" and report.passed:
        note(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write them down, once, in the process that has all reports."""
    file: Path | None = session.config.getoption("passed")
    if file is not None and not hasattr(session.config, "workerinput"):
        with file.open("a", encoding="utf-8") as kept:
            kept.writelines(f"{one}\n" for one in sorted(_passed))


def main(file: Path) -> int:
    """0 if every control is shown by a test that passed; else 1, and which are not."""
    passed = set(file.read_text(encoding="utf-8").splitlines()) if file.exists() else set()
    missing = unshown(hazards.load(), passed)
    if missing:
        sys.stderr.write(f"controls of the hazard log without a passed test: {', '.join(missing)}\n")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
