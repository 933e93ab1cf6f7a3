"""The bot's products use what the processor can do."""

from pathlib import Path

import pytest

from service.training import blas_kernels

EVERY_512 = "avx512f avx512cd avx512bw avx512dq avx512vl"


@pytest.mark.parametrize(
    ("flags", "named"),
    [
        (f"sse2 avx2 fma {EVERY_512}", {"OPENBLAS_CORETYPE": "SkylakeX"}),
        ("sse2 avx2 fma avx512f", {"OPENBLAS_CORETYPE": "Haswell"}),
        ("sse2 ssse3", {}),
    ],
)
def test_the_kernels_are_those_of_the_processor(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: str, named: dict[str, str]
) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    cpu = tmp_path / "cpuinfo"
    cpu.write_text(f"processor\t: 0\nmodel name\t: some\nflags\t\t: {flags}\n\nprocessor\t: 1\nflags\t\t: sse2\n")
    assert blas_kernels(cpu) == named


def test_who_names_them_is_right(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = tmp_path / "cpuinfo"
    cpu.write_text("flags : avx2 fma\n")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Zen")
    assert blas_kernels(cpu) == {}


def test_where_nothing_is_known_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    assert blas_kernels(tmp_path / "absent") == {}
