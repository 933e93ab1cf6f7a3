"""The message linter: what may leave, as it is, as a neutral text, later, or not at all. Pure: values in, a verdict out.

Sources: SAFETY.md 5.4 (content minimisation, quiet hours, consent class, own domain). The lists of words are a team
proposal, unsigned. What a patient asked for may name a field of medicine; what the clinic says first may not.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from conversations.outreach.models import Purpose
from conversations.understanding import fold
from core.redaction import mask_pesel
from core.segments import measure

SHORT = frozenset({"sms"})
"""Channels that show on locked screens, pass through carriers, and cost by the segment."""
MAX_SEGMENTS = {Purpose.reminder: 2, Purpose.marketing: 2, Purpose.care: 11}


class Kind(StrEnum):
    """What the linter objects to."""

    pesel = "pesel"
    result = "result"
    diagnosis = "diagnosis"
    clinic_type = "clinic-type"
    link = "link"
    length = "length"


@dataclass(frozen=True)
class Finding:
    """One objection; `words` is the part of the text it is about, for the person who wrote it. Never logged."""

    kind: Kind
    words: str


@dataclass(frozen=True)
class Draft:
    """A message about to leave, with all that decides about it. `quiet_until` is None outside the quiet hours."""

    text: str
    channel: str
    purpose: Purpose
    by_person: bool = False
    is_safety: bool = False
    has_carrier_stop: bool = False
    is_permitted: bool = True
    is_still_true: bool = True
    quiet_until: datetime | None = None


@dataclass(frozen=True)
class Send:
    """It leaves as it is; `findings` were warned of and let through."""

    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Neutral:
    """Only a neutral text leaves: that there is a message, and where."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Hold:
    """It waits until a permitted minute."""

    until: datetime
    reason: str


@dataclass(frozen=True)
class Withhold:
    """It does not leave, and the console says why."""

    reason: str


Verdict = Send | Neutral | Hold | Withhold

_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_BARE = re.compile(
    r"(?<![\w@./-])((?:[a-z0-9-]+\.)+(?:pl|com|eu|org|net|info|io|ly|me|link|app|ru|biz|xyz|cc|gl|co))(?![\w-])", re.IGNORECASE
)  # fmt: skip
_CLINIC_TYPE = re.compile(
    r"\b((?:onkolog|kardiolog|psychiatr|psycholog|psychoterap|ginekolog|poloznicz|urolog|androlog|wenerolog|dermatolog|neurolog|"
    r"seksuolog|nefrolog|endokrynolog|gastroenterolog|gastrolog|pulmonolog|reumatolog|hematolog|alergolog|ortoped|okulist|laryngolog|"
    r"diabetolog|hepatolog|proktolog|geriatr|pediatr|chirurg|stomatolog|odwykow|kolonoskop|gastroskop|mammograf|cytologi|chemioterap|"
    r"dializ|biopsj|aborcj|in vitro|uzaleznien|nieplodnosc|"
    r"oncolog|cardiolog|gynaecolog|gynecolog|obstetric|venereolog|sexolog|nephrolog|endocrinolog|pneumolog|rheumatolog|haematolog|"
    r"hematolog|allergolog|orthop|ophthalmolog|paediatr|proctolog|addiction|fertility|colonoscop|gastroscop|mammogra|chemotherap|"
    r"dialysis|biops|abortion|surgeon)\w*)"
)
_DIAGNOSIS = re.compile(
    r"\b((?:cukrzyc|nadcisnien|nowotw|depresj|schizofren|miazdzyc|padaczk|astma|astmy|zawal|chlamydi|rzezaczk|kila\b|"
    r"zapaleni|ciaz[aye]\b|ciazow|hiv\b|aids\b|wzw\b|diabetes|hypertens|cancer|tumou?r|depression|schizophren|epileps|asthma|"
    r"syphilis|gonorrh|pregnan|hepatitis)\w*)"
)
_RESULT = re.compile(
    r"(\bwynik\w*\b(?:\W+\w+){0,5}?\W+(?:dodatni|ujemn|nieprawidlow|prawidlow|podwyzszon|obnizon|zly|zle|dobry|dobre)\w*|"
    r"\b(?:rozpozna(?:nie|no|nia)|zdiagnozowano|stwierdzono|diagnoza to)\b|"
    r"\bresults?\b(?:\W+\w+){0,5}?\W+(?:positive|negative|abnormal|normal|elevated|raised)\b|\b(?:diagnosed with|your diagnosis)\b|"
    r"\b\d+(?:[.,]\d+)?\s?(?:mg/dl|mmol/l|g/dl|iu/ml|ng/ml|miu/l|u/l)\b)"
)
_ICD = re.compile(r"\b[A-TV-Z]\d{2}\.\d{1,2}\b")
_ALWAYS = frozenset({Kind.pesel, Kind.result, Kind.link, Kind.length})
"""Objections that hold for whatever is sent; the others only for what the clinic says first."""


def lint(text: str, channel: str, purpose: Purpose, domain: str) -> tuple[Finding, ...]:
    """What is wrong with a text on that channel, whoever wrote it. `domain` is our own host; its subdomains are ours too."""
    found = [Finding(Kind.link, link) for link in foreign_links(text, domain)]
    if channel in SHORT:
        folded = fold(text)
        if mask_pesel(text) != text:
            found.append(Finding(Kind.pesel, "PESEL"))
        for kind, pattern in ((Kind.result, _RESULT), (Kind.diagnosis, _DIAGNOSIS), (Kind.clinic_type, _CLINIC_TYPE)):
            found += [Finding(kind, match.group(0)) for match in pattern.finditer(folded)]
        found += [Finding(Kind.result, match.group(0)) for match in _ICD.finditer(text)]
        if measure(text).count > MAX_SEGMENTS[purpose]:
            found.append(Finding(Kind.length, str(measure(text).count)))
    return tuple(dict.fromkeys(found))


def judge(draft: Draft, domain: str) -> Verdict:
    """What happens with a message that is about to leave. The words of a red flag always do, if the carrier lets them."""
    if draft.is_safety:
        return Send()
    if draft.has_carrier_stop:
        return Withhold("stopped-by-carrier")
    if draft.purpose is not Purpose.care:
        if not draft.is_still_true:
            return Withhold("visit-changed")
        if not draft.is_permitted:
            return Withhold("consent-withdrawn")
        if draft.quiet_until is not None:
            return Hold(draft.quiet_until, "quiet-hours")
    found = lint(draft.text, draft.channel, draft.purpose, domain)
    if draft.by_person:
        return Send(found)  # They were warned before they sent it.
    if any(one.kind in _ALWAYS or draft.purpose is not Purpose.care for one in found):
        return Neutral(found)
    return Send(())


def foreign_links(text: str, domain: str) -> list[str]:
    """Addresses in a text that do not lead to us: people are taught not to follow them."""
    found, rest = [], text
    for match in _URL.finditer(text):
        rest = rest.replace(match.group(0), " ")
        if not _is_ours(_host(match.group(0)), domain):
            found.append(match.group(0))
    found += [match.group(1) for match in _BARE.finditer(rest) if not _is_ours(match.group(1).lower(), domain)]
    return found


def host_of(address: str) -> str:
    """The host of an address, without its port."""
    return _host(address)


def _host(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").lower()
    except ValueError:
        return ""


def _is_ours(host: str, domain: str) -> bool:
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))
