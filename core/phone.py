"""Telephone numbers: parsed as Polish when they carry no country code, kept as E.164."""

import phonenumbers

_MOBILE = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.UNKNOWN,
    }
)


def parse_number(text: str, region: str = "PL") -> str | None:
    """E.164 of a possible number, or None. Short codes and sender names are no numbers."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


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
