"""Values handed out: money, an offered slot with its key, a booked visit with the names people know."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from care.appointments.rules import Slot


@dataclass(frozen=True)
class Money:
    """An amount in grosze (hundredths) of a currency."""

    grosze: int
    currency: str = "PLN"

    def text(self, language: str) -> str:
        """As people write it: "180 zł", "PLN 180"; with hundredths only if there are any."""
        whole, rest = divmod(self.grosze, 100)
        if language == "en":
            return f"{self.currency} {whole}.{rest:02d}" if rest else f"{self.currency} {whole}"
        unit = "zł" if self.currency == "PLN" else self.currency
        return f"{whole},{rest:02d} {unit}" if rest else f"{whole} {unit}"


@dataclass(frozen=True)
class Offer:
    """A free slot someone may take. `start` and `end` are aware, in the site's zone. `outside_window` marks a nearest
    one given because nothing was free in the window asked for.
    """

    clinician_id: UUID
    clinician_name: str
    site_id: UUID
    site_code: str
    site_name: str
    specialty: str
    start: datetime
    end: datetime
    payers: frozenset[str]
    price_private: Money | None
    outside_window: bool = False

    @property
    def key(self) -> str:
        """Names the slot, and nothing about a person; give it to `hold` or `book`."""
        return offer_key(self.clinician_id, self.site_code, self.specialty, self.start)


@dataclass(frozen=True)
class OfferKey:
    """The parts of an offer's key. Nobody trusts it: the slot is looked up again before anything is held."""

    clinician_id: UUID
    site_code: str
    specialty: str
    start: datetime

    def names(self, slot: Slot) -> bool:
        """True if the key names that slot."""
        return slot.clinician_id == self.clinician_id and slot.specialty == self.specialty and slot.start == self.start


@dataclass(frozen=True)
class Visit:
    """An appointment as it is told to people; `start` and `end` are aware, in the site's zone."""

    id: UUID
    status: str
    start: datetime
    end: datetime
    clinician_id: UUID
    clinician_name: str
    site_id: UUID
    site_code: str
    site_name: str
    site_address: str
    specialty: str
    specialty_name_pl: str
    specialty_name_en: str
    payer: str | None
    visit_kind: str | None
    patient_id: UUID | None
    is_confirmed: bool = False

    def specialty_name(self, language: str) -> str:
        """The specialty's name in that language."""
        return self.specialty_name_en if language == "en" else self.specialty_name_pl


def offer_key(clinician_id: UUID, site_code: str, specialty: str, start: datetime) -> str:
    """The key of a slot: `clinician.site.specialty.minutes since 1970`."""
    return f"{clinician_id.hex}.{site_code}.{specialty}.{int(start.timestamp()) // 60}"


def parse_offer_key(key: str) -> OfferKey | None:
    """The parts of a key, or None if it is not one."""
    parts = key.split(".")
    if len(parts) != 4:
        return None
    try:
        start = datetime.fromtimestamp(0, UTC) + timedelta(minutes=int(parts[3]))
        return OfferKey(UUID(parts[0]), parts[1], parts[2], start)
    except (ValueError, OverflowError):
        return None
