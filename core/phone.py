"""Telephone numbers: parsed as Polish when they carry no country code, kept as E.164."""

import re

import phonenumbers

_MOBILE = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.UNKNOWN,
    }
)


_EXTENSION = re.compile(r"\s*(?:wew(?:n(?:ętrzny)?)?|w)\.?\s*(?=\d{1,7}\s*$)", re.IGNORECASE)
"""How Poles write one: "wew. 12"."""


def parse_number(text: str, region: str = "PL") -> str | None:
    """E.164 of a possible number, or None. Short codes and sender names are no numbers."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_with_extension(text: str, region: str = "PL") -> str | None:
    """E.164 of a possible number with its extension behind ";ext=" as in RFC 3966, if it has one; None as in `parse_number`."""
    words = _EXTENSION.sub(" ext. ", text)
    number = parse_number(words, region)
    if number is None:
        return None
    extension = phonenumbers.parse(words, region).extension
    return f"{number};ext={extension}" if extension else number


def takes_sms(e164: str) -> bool:
    """False for a number that is surely no mobile: an SMS to a landline is paid for and read by nobody."""
    try:
        kind = phonenumbers.number_type(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return False
    return kind in _MOBILE


def format_number(e164: str) -> str:
    """The number as people write it, international form."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return e164
