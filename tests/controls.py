"""A whole run fails if a control of the hazard log rests on a test that did not pass, be it skipped or gone."""

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


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Every report of this process, or with several processes of all of them."""
    if report.when == "call" and report.passed:
        note(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Judge a whole run, once, in the process that has all reports."""
    config = session.config
    is_whole = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not (
        config.option.keyword or config.option.markexpr
    )
    if hasattr(config, "workerinput") or not is_whole or exitstatus != pytest.ExitCode.OK:
        return
    if missing := unshown(hazards.load(), _passed):
        reporter = config.pluginmanager.getplugin("terminalreporter")
        assert reporter is not None
        reporter.write_line(f"controls of the hazard log without a passed test: {', '.join(missing)}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
