"""Of the supervisor's own promises: who gives way to whom on the processor, and that nothing outlives it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.supervisor import Child
from tests.serving import free_port

NICENESS = 15


SERVES = """
import http.server, sys
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel shares out without sessions")
def test_a_process_gives_way_with_its_whole_session_once_it_is_ready(tmp_path: Path) -> None:
    port = free_port()
    child = Child(
        "server", [sys.executable, "-c", SERVES, str(port)], {}, f"http://127.0.0.1:{port}/", str(tmp_path), NICENESS
    )  # fmt: skip
    child.start()
    try:
        assert child.process is not None
        pid = child.process.pid
        assert os.getpriority(os.PRIO_PROCESS, pid) == 0
        deadline = time.monotonic() + 20
        while not child.becomes_ready():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert os.getpriority(os.PRIO_PROCESS, pid) == NICENESS
        assert Path(f"/proc/{pid}/autogroup").read_text().strip().endswith(f"nice {NICENESS}")
        assert not child.becomes_ready()
    finally:
        child.stop()


PARENT = """
import sys, time
from service.supervisor import Child
from tests.serving import free_port
child = Child("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], {}, "http://127.0.0.1:1/", sys.argv[1])
child.start()
print(child.process.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="a promise of Linux")
def test_what_a_killed_supervisor_started_ends_too(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=root, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        for _ in range(100):
            try:
                state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
            except FileNotFoundError:
                return
            if state == "Z":
                return
            time.sleep(0.1)
    pytest.fail("the child lives on")
