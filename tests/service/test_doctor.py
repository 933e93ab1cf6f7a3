"""The doctor says what is missing and how to get it."""

import importlib.machinery
import importlib.util
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import ModuleType

from core.settings import ROOT, Secrets, Settings, default_data_folder


def doctor(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Ask it, about an installation in that folder."""
    known = {**os.environ, "PORADNIA_DATA_FOLDER": str(folder), **variables}
    return subprocess.run(
        [sys.executable, str(ROOT / "poradnia"), "doctor"], env=known, capture_output=True, text=True, check=False
    )


def script() -> ModuleType:
    """The command itself, which imports nothing of ours."""
    loader = importlib.machinery.SourceFileLoader("poradnia_command", str(ROOT / "poradnia"))
    specification = importlib.util.spec_from_loader("poradnia_command", loader)
    assert specification is not None
    module = importlib.util.module_from_spec(specification)
    loader.exec_module(module)
    return module


def test_it_looks_where_the_service_keeps_its_data(tmp_path: Path) -> None:
    known = os.environ.pop("PORADNIA_DATA_FOLDER", None)
    try:
        assert script().data_folder() == default_data_folder()
    finally:
        if known is not None:
            os.environ["PORADNIA_DATA_FOLDER"] = known


def test_the_ports_it_looks_at_are_the_settings_own(tmp_path: Path) -> None:
    said = doctor(tmp_path).stdout
    for name in ("web_port", "actions_port", "rasa_port", "web_metrics_port", "worker_metrics_port"):
        assert f" port {Settings.model_fields[name].default}: " in said


def test_keys_that_others_can_read_are_a_fault_with_its_cure(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    Secrets.make(file)
    assert "ok      key file: mode 600" in doctor(tmp_path).stdout
    file.chmod(0o644)
    told = doctor(tmp_path)
    assert f"MISSING key file: mode 644 -> chmod 600 {file}" in told.stdout and told.returncode == 1


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = doctor(tmp_path, PORADNIA_WEB_PORT=str(port))
    assert f"MISSING port {port}: taken" in told.stdout and "PORADNIA_WEB_PORT" in told.stdout
    assert told.returncode == 1


def test_a_scanner_that_is_wanted_must_answer(tmp_path: Path) -> None:
    with socket.socket() as listens:
        listens.bind(("127.0.0.1", 0))
        listens.listen()
        address = f"127.0.0.1:{listens.getsockname()[1]}"

        def answer(words: bytes) -> None:
            line, _ = listens.accept()
            with line:
                assert line.recv(16) == b"zPING\0"
                line.sendall(words)

        for words, told in (
            (b"PONG\0", f"ok      clamd (PORADNIA_SCANNER): answers at {address}"),
            (b"HTTP/1.1 400", "MISSING clamd"),
        ):
            thread = threading.Thread(target=answer, args=(words,))
            thread.start()
            said = doctor(tmp_path, PORADNIA_SCANNER="clamd", PORADNIA_CLAMD=address)
            thread.join(10)
            assert told in said.stdout
    away = doctor(tmp_path, PORADNIA_SCANNER="clamd", PORADNIA_CLAMD=str(tmp_path / "nothing"))
    assert "MISSING clamd (PORADNIA_SCANNER): no answer at" in away.stdout and away.returncode == 1
    assert "clamd" not in doctor(tmp_path, PORADNIA_SCANNER="none").stdout
