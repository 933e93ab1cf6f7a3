"""Of the supervisor's own promises: who gives way to whom on the processor."""

import os
import sys
from pathlib import Path

import pytest

from service.supervisor import Child

NICENESS = 15


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel shares out without sessions")
def test_a_process_that_gives_way_does_so_with_its_whole_session(tmp_path: Path) -> None:
    child = Child(
        "sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], {}, "http://127.0.0.1:1/", str(tmp_path), NICENESS
    )  # fmt: skip
    child.start()
    try:
        assert child.process is not None
        pid = child.process.pid
        assert os.getpriority(os.PRIO_PROCESS, pid) == NICENESS
        assert Path(f"/proc/{pid}/autogroup").read_text().strip().endswith(f"nice {NICENESS}")
    finally:
        child.stop()
