"""Invented patients with names as common as Polish names are: few names many people have, many names few have.

The ranks are those of everyday knowledge, the weights 1/(rank + 3); the commonest surname and given name then have about the share
they have in Poland (each a few per cent), which is what a search by the beginning of a name has to cope with.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate

WOMEN = (
    "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Magdalena Elżbieta Joanna Aleksandra Zofia Monika Teresa Julia "
    "Natalia Karolina Marta Beata Dorota Danuta Irena Halina Jadwiga Alicja Justyna Renata Iwona Helena Grażyna Bożena Paulina Urszula "
    "Patrycja Jolanta Wiktoria Oliwia Hanna Weronika Sylwia Kamila Łucja Żaneta Władysława Świętosława Izabela Kinga Emilia Stanisława"
).split()
MEN = (
    "Piotr Krzysztof Andrzej Tomasz Jan Paweł Michał Marcin Stanisław Jakub Adam Marek Łukasz Grzegorz Mateusz Wojciech Mariusz Dariusz "
    "Zbigniew Maciej Rafał Robert Józef Jerzy Jacek Kamil Dawid Szymon Tadeusz Ryszard Kacper Bartosz Jarosław Janusz Artur Mirosław "
    "Sebastian Damian Henryk Przemysław Daniel Karol Roman Filip Antoni Franciszek Wiesław Kazimierz Marian Mieczysław"
).split()
SURNAMES = (
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur "
    "Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel "
    "Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran "
    "Rutkowski Michalak Szewczyk Ostrowski Tomaszewski Pietrzak Zalewski Wróblewski Marciniak Jasiński Zawadzki Bąk Jakubowski Sadowski "
    "Duda Włodarczyk Wilk Chmielewski Borkowski Sokołowski Szczepański Sawicki Kucharski Lis Maciejewski Kubiak Kalinowski Mazurek "
    "Wysocki Kołodziej Kaźmierczak Czarnecki Sobczak Konieczny Urbański Głowacki Wasilewski Sikorski Zakrzewski Krajewski Krupa Laskowski"
).split()
_STEMS = (
    "Bor Brzoz Cich Ciesiel Dęb Dług Gaj Gło Gór Grab Jab Jarz Jesion Kal Kam Kasz Klon Koź Kraś Krzyż Kul Lip Łąk Łos Maj Mal Mik Młyn "
    "Mro Ol Orł Pol Przyb Rad Rok Rud Sad Sar Siw Skow Sob Star Such Szcz Świet Tar Tur Wią Wierz Wol Zaręb Ziem Żak Żół"
).split()
_ENDINGS = "owski iński ewicz czyk ak ek ecki alski yński an ik uk orz as".split()
RARE = [stem + ending for stem in _STEMS for ending in _ENDINGS]
_PESEL_MONTHS = {18: 80, 19: 0, 20: 20}
_PESEL_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
_SPOKEN = {"ś": "s", "ż": "z", "ź": "z", "ł": "l", "ó": "o", "ą": "a", "ę": "e", "ć": "c", "ń": "n"}


def people(count: int, seed: int = 7) -> Iterator[dict[str, str]]:
    """Rows of a patients' file: everybody with PESEL and telephone, two thirds with mail."""
    chance = random.Random(seed)
    surnames = SURNAMES + RARE
    weights = {
        len(names): list(accumulate(1 / (rank + 3) for rank in range(len(names)))) for names in (WOMEN, MEN, surnames)
    }
    for number in range(count):
        is_woman = chance.random() < 0.52
        given = chance.choices(WOMEN if is_woman else MEN, cum_weights=weights[len(WOMEN if is_woman else MEN)])[0]
        family = chance.choices(surnames, cum_weights=weights[len(surnames)])[0]
        if is_woman and family.endswith(("ski", "cki", "dzki")):
            family = family[:-1] + "a"
        born = date(1935, 1, 1) + timedelta(days=chance.randrange(90 * 365))
        mail = "".join(_SPOKEN.get(letter, letter) for letter in f"{given}.{family}".lower())
        yield {
            "identyfikator": f"K-{number:07}",
            "imię": given,
            "nazwisko": family,
            "data urodzenia": born.strftime("%d.%m.%Y") if number % 2 else born.isoformat(),
            "PESEL": pesel(born, number % 10_000),
            "telefon": f"{500 + number % 290:03} {number // 290 % 1000:03} {number % 997:03}",
            "e-mail": f"{mail}{number}@poczta.example" if number % 3 else "",
            "język": "en" if number % 50 == 0 else "pl",
        }


def pesel(born: date, serial: int) -> str:
    """A personal number of that day, with its check digit."""
    digits = f"{born.year % 100:02}{born.month + _PESEL_MONTHS[born.year // 100]:02}{born.day:02}{serial:04}"
    check = (10 - sum(int(digit) * weight for digit, weight in zip(digits, _PESEL_WEIGHTS, strict=True)) % 10) % 10
    return f"{digits}{check}"
