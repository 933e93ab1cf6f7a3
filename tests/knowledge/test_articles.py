"""The words of the seed: whole, plain, short enough, and free of facts typed twice."""

import re
from typing import Any

import pytest

from core.i18n import LANGUAGES
from knowledge.facts import unknown_placeholders
from knowledge.seed import read_articles

ARTICLES = {article["id"]: article for article in read_articles()}
GSM7 = re.compile(r"[A-Za-z0-9 @£$¥\n\r!\"#%&'()*+,\-./:;<=>?_]*")


def texts(article: dict[str, Any]) -> list[str]:
    """All words of an article."""
    found: list[str] = []
    for language in LANGUAGES:
        version = article[language]
        found += [version["question"], version["answer"], *(version.get("variants") or {}).values()]
    return found


def test_there_are_enough_articles_in_both_languages() -> None:
    assert len(ARTICLES) >= 25
    assert all(article[language]["answer"] for article in ARTICLES.values() for language in LANGUAGES)


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_an_sms_variant_is_one_segment_of_seven_bit_text(article: dict[str, Any]) -> None:
    for language in LANGUAGES:
        sms = (article[language].get("variants") or {}).get("sms")
        if sms is not None:
            assert len(sms) <= 160 and GSM7.fullmatch(sms), sms


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_no_article_repeats_prices_addresses_or_numbers_of_the_clinic(article: dict[str, Any]) -> None:
    for text in texts(article):
        assert not unknown_placeholders(text)
        assert not re.search(r"\d\s*(zł|PLN)|\+48|\bul\.|Lipowa|Jeziorna", text), text


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_no_article_names_a_dose(article: dict[str, Any]) -> None:
    for text in texts(article):
        assert not re.search(r"\d\s*(mg|ml|tablet|kapsu|capsule|pill)", text), text


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_polish_words_guess_nobodys_gender(article: dict[str, Any]) -> None:
    version = article["pl"]
    words = " ".join([version["question"], version["answer"], *(version.get("variants") or {}).values()])
    assert not re.search(r"\b\w+(łeś|łaś|łbyś|łabyś|łem|łam)\b|\b(powinieneś|powinnaś|Pan|Pani)\b", words), words


@pytest.mark.parametrize("article", ARTICLES.values(), ids=ARTICLES)
def test_every_article_names_its_source(article: dict[str, Any]) -> None:
    assert article["source"] == "team proposal, unsigned" or re.fullmatch(r"SAFETY \d\.\d", article["source"])
