"""Personal numbers typed unasked: found by checksum and masked wherever a text is shown, logged or passed on."""

import re

_PESEL = re.compile(r"(?<!\d)(\d[\s-]?){10}\d(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d(?:[\s().-]{0,2}\d){6,}")
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")
_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)


def is_pesel(digits: str) -> bool:
    """True for eleven digits with a valid check digit and date of birth. Source: art. 15 of the Polish population register act."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        return False
    check = (10 - sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 10) % 10
    month, day = int(digits[2:4]) % 20, int(digits[4:6])
    return check == int(digits[10]) and 1 <= month <= 12 and 1 <= day <= 31


def mask_pesel(text: str) -> str:
    """The text with every valid PESEL replaced by stars of the same length; offsets stay."""

    def star(match: re.Match[str]) -> str:
        digits = re.sub(r"\D", "", match.group())
        return re.sub(r"\d", "•", match.group()) if is_pesel(digits) else match.group()

    return _PESEL.sub(star, text)


def mask_numbers(text: str) -> str:
    """The text for eyes outside the house: every run of seven digits or more (telephones, PESEL) and every mail address in stars."""

    def star(match: re.Match[str]) -> str:
        return re.sub(r"\d", "•", match.group())

    return _MAIL.sub("•••", _NUMBER.sub(star, mask_pesel(text)))
