"""Words without the person. Invariant: no number, address or recorded name stays, in whatever case; the rest stays."""

import re

import pytest

from conversations.pseudonyms import points_to_somebody, pseudonymise
from conversations.understanding import fold

FORMS = {
    ("Marek", "Kowalczyk"): "Marek Marka Markowi Markiem Marku Kowalczyk Kowalczyka Kowalczykowi Kowalczykiem Kowalczyku",
    ("Anna", "Zielińska"): "Zielińska Zielińskiej Zielińską",
    ("Katarzyna", "Wójcik"): "Katarzyna Katarzyny Katarzynie Katarzynę Katarzyną Katarzyno Wójcik Wójcika Wójcikowi Wójcikiem",
    ("Paweł", "Lewandowski"): "Paweł Pawła Pawłowi Pawłem Lewandowski Lewandowskiego Lewandowskiemu Lewandowskim Lewandowscy",
    ("Agnieszka", "Mazur"): "Agnieszka Agnieszki Agnieszce Agnieszkę Agnieszką Mazur Mazura Mazurowi Mazurem Mazurze",
    ("Jadwiga", "Kozioł"): "Jadwiga Jadwigi Jadwidze Jadwigę Jadwigą Kozioł Kozioła Koziołowi Koziołem",
    ("Piotr", "Nowicki"): "Piotr Piotra Piotrowi Piotrem Piotrze Nowicki Nowickiego Nowickiemu Nowickim Nowiccy",
    ("Małgorzata", "Kaczmarek"): "Małgorzata Małgorzaty Małgorzacie Małgorzatę Małgorzatą Kaczmarek Kaczmarka Kaczmarkowi Kaczmarkiem",
    ("Grzegorz", "Wieczorek"): "Grzegorz Grzegorza Grzegorzowi Grzegorzem Wieczorek Wieczorka Wieczorkowi Wieczorkiem",
    ("Ewa", "Krawiec"): "Ewa Ewy Ewie Ewę Ewą Krawiec Krawca Krawcowi Krawcem",
}  # fmt: skip
"""Names on record, and how they stand in sentences."""
FRAMES = ("dzwonię w sprawie {} z poniedziałku", "to wizyta dla {}", "rozmawiałam z {} wczoraj", "{}, dzień dobry")


def cases() -> list[tuple[tuple[str, str], str, str]]:
    """Every form in every sentence, as written and in small letters without accents."""
    found = []
    for names, forms in FORMS.items():
        for place, form in enumerate(forms.split()):
            frame = FRAMES[place % len(FRAMES)]
            found += [(names, form, frame.format(form)), (names, fold(form), frame.format(fold(form)))]
    return found


def test_recorded_names_go_in_at_least_95_of_100_forms() -> None:
    stays = [form for names, form, text in cases() if re.search(rf"\b{form}\b", pseudonymise(text, names))]
    assert len(cases()) > 150
    assert len(stays) / len(cases()) <= 0.05, stays


@pytest.mark.parametrize(
    "text",
    ["mój PESEL 44051401458", "pesel: 4405 1401 458", "PESEL 44-05-14-01458.", "tel. +48 605 111 222", "605111222",
     "605-111-222", "proszę na jan.lis@poczta.example.pl", "lis_j+x@mail.example", "mieszkam ul. Długa 12/4", "00-950 Warszawa",
     "dowód 1234567"],
)  # fmt: skip
def test_numbers_and_addresses_always_go(text: str) -> None:
    made = pseudonymise(text, ())
    assert made != text and points_to_somebody(text) and not points_to_somebody(made)


def test_a_date_of_birth_becomes_another_one() -> None:
    assert pseudonymise("Jan Lis 3.04.1961", ["Jan", "Lis"]) == "Anna Testowa 14.05.1944"


def test_names_that_are_said_go_without_a_record() -> None:
    assert "Brzechwa" not in pseudonymise("dzień dobry, nazywam się Jan Brzechwa i proszę o termin", ())
    assert "Fielding" not in pseudonymise("hello, my name is Henry Fielding", ())


def test_what_names_nobody_stays() -> None:
    for text in (
        "chcę się umówić do kardiologa w przyszłym tygodniu po 10",
        "ile kosztuje USG?",
        "tak",
        "1",
        "kod 4821",
    ):
        assert pseudonymise(text, ["Marek", "Kowalczyk"]) == text


UNKNOWN = ("Brzechwie Tuwimowi Tuwima Przybosia Przybosiowi Wyspiańskiego Wyspiańskiemu Gombrowiczem Iłłakowiczówną Leśmianem Stefcią "
           "Bożydara Bożydarowi Kunegundy Kunegundzie Hermenegildę Wierzyńskiemu Wierzyńską Baczyńskiego Fielding Fitzgerald "
           "Thackeray Wordsworth Guinevere Rosalind").split()  # fmt: skip
"""Inflected names that stand on no record."""
ASKING = {
    "pl": (
        "czy {} może odebrać wyniki",
        "to sprawa {} z wczoraj",
        "proszę oddzwonić do {} rano",
        "byłem u {} po skierowanie",
    ),
    "en": (
        "can {} collect the results",
        "it is about {} and the visit",
        "please call {} back",
        "I saw {} about a referral",
    ),
}
EVERYDAY = frozenset(fold(word) for frames in ASKING.values() for frame in frames for word in re.findall(r"\w+", frame))


@pytest.mark.parametrize("language", ["pl", "en"])
def test_unrecorded_names_go_within_a_sentence_and_the_rest_stays(language: str) -> None:
    texts = [(name, frame.format(name), frame) for name in UNKNOWN for frame in ASKING[language]]
    made = [(name, frame, pseudonymise(text, (), EVERYDAY)) for name, text, frame in texts]
    stays = [text for name, _, text in made if name in text]
    assert len(stays) / len(made) <= 0.05, stays
    harmed = [text for _, frame, text in made if any(word not in text for word in re.findall(r"\b[a-z]\w+", frame))]
    assert harmed == []
