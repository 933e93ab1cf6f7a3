"""Contract of `Scanner`: what is clean passes, what is not is named, and no verdict is a failure that may pass."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from conversations.protocols import Scanner, Verdict
from conversations.scanning import Clamd, NoScanner
from core.errors import Retriable
from tests.contracts.clamd import CLAMD, EICAR, SimulatedClamd, real_clamd
from tests.serving import free_port

WITHIN = timedelta(seconds=30)
INFECTED = b"%PDF-1.4\n" + EICAR


@pytest.fixture(params=["none", "simulated", "real socket", "real port"])
async def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Scanner]:
    """Each implementation; ClamAV's own daemon where it is installed."""
    if request.param == "none":
        yield NoScanner()
    elif request.param == "simulated":
        async with SimulatedClamd().listening() as address:
            yield Clamd(address)
    else:
        if CLAMD is None:
            pytest.skip("no clamd on this machine: Debian's package clamav-daemon has it")
        async with real_clamd(tmp_path, free_port()) as addresses:
            yield Clamd(addresses[request.param == "real port"])


async def test_what_is_clean_passes_however_long_and_what_is_not_is_found_if_anybody_looks(scanner: Scanner) -> None:
    for content in (b"%PDF-1.4\n", b"", bytes(5_000_000)):
        assert await scanner.judge(content, WITHIN) is Verdict.clean
    found = await scanner.judge(INFECTED, WITHIN)
    assert found is (Verdict.clean if isinstance(scanner, NoScanner) else Verdict.infected)


@pytest.mark.parametrize(
    "says", [None, b"INSTREAM size limit exceeded. ERROR", b"stream: FOUND nothing", b"OK", b"\xff\xfe", b"x" * 9000]
)
async def test_no_verdict_may_pass_and_is_never_taken_for_clean(says: bytes | None) -> None:
    clamd = SimulatedClamd()
    clamd.says = says
    async with clamd.listening() as address:
        with pytest.raises(Retriable):
            await Clamd(address).judge(INFECTED, WITHIN)


async def test_one_that_is_away_or_slow_is_given_up() -> None:
    for address in (f"127.0.0.1:{free_port()}", "/nowhere/clamd.sock"):
        with pytest.raises(Retriable):
            await Clamd(address).judge(b"x", WITHIN)
    clamd = SimulatedClamd()
    clamd.hangs = True
    async with clamd.listening() as address:
        with pytest.raises(Retriable):
            await Clamd(address).judge(b"x", timedelta(milliseconds=200))
    assert clamd.seen == [b"x"]
