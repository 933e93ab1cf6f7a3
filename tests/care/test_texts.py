"""Every refusal and code of care has words in both languages."""

import re
from pathlib import Path

import pytest

import care
from core.i18n import LANGUAGES, TEXTS, Catalogue, Language


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_has_words(language: Language) -> None:
    catalogue = Catalogue(language)
    sources = "\n".join(path.read_text("utf-8") for path in Path(care.__path__[0]).rglob("*.py"))
    reasons = set(re.findall(r'Refused\("([a-z-]+)"', sources))
    assert len(reasons) >= 8
    assert [reason for reason in sorted(reasons) if not catalogue.has(f"refused-{reason}")] == []
    assert catalogue.text("refused-payer-not-accepted", payer="nfz") != catalogue.text(
        "refused-payer-not-accepted", payer="private"
    )


def test_both_languages_have_the_same_keys() -> None:
    keys = [
        set(re.findall(r"^([\w-]+) =", (TEXTS / language / "care.ftl").read_text("utf-8"), re.M))
        for language in LANGUAGES
    ]
    assert keys[0] == keys[1]
