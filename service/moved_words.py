"""What an import did, in words: a summary, the faults, and the report row by row. Row numbers, columns, ids; never a value."""

from collections.abc import Iterator, Sequence

from care.moving.duplicates import MOST_NAMED, Alike, Duplicate
from care.moving.patients import Did, Outcome, PatientsMoved
from care.moving.schedule import ScheduleMoved
from care.moving.tables import Fault
from core.i18n import Catalogue

HEADINGS = ("row", "result", "column", "note")
Line = tuple[str, str, str, str]


def summary(moved: PatientsMoved | ScheduleMoved, texts: Catalogue) -> list[str]:
    """A few lines with all counts."""
    counts = moved.counts
    found = [texts.text("moving-counts", **{did.value: counts[did] for did in Did})]
    if isinstance(moved, PatientsMoved):
        if moved.duplicates:
            groups = {alike.value: sum(one.alike is alike for one in moved.duplicates) for alike in Alike}
            found.append(texts.text("moving-duplicates", **groups))
        return found
    if moved.removed:
        found.append(texts.text("moving-removed", count=len(moved.removed)))
    if moved.outside:
        found.append(texts.text("moving-outside", count=len(moved.outside)))
    return found


def faults(moved: PatientsMoved | ScheduleMoved, texts: Catalogue) -> list[str]:
    """One line for each fault: "row 17, PESEL: the check digit does not fit"."""
    return [f"{_place(fault, texts)}: {_reason(fault, texts)}" for one in moved.outcomes for fault in one.faults]


def lines_of_patients(moved: PatientsMoved, texts: Catalogue) -> list[Line]:
    """What became of each row, then who may be there twice."""
    return [line for one in moved.outcomes for line in _lines(one, texts)] + [
        line for one in moved.duplicates for line in _duplicate(one, texts)
    ]


def lines_of_schedule(moved: ScheduleMoved, texts: Catalogue) -> list[Line]:
    """What became of each row, what was removed, and the visits that are now outside."""
    found = [line for one in moved.outcomes for line in _lines(one, texts)]
    gone = texts.text("moving-did-removed")
    found += [("", gone, one.kind.value, f"{one.owner} {one.id}") for one in moved.removed]
    for visit in moved.outside:
        words = texts.text(
            "moving-visit", visit=str(visit.appointment_id), at=visit.start.strftime("%Y-%m-%d %H:%M"),
            clinician=visit.clinician, site=visit.site,
        )  # fmt: skip
        found.append(("", texts.text("moving-did-outside"), texts.text(f"moving-outside-{visit.reason}"), words))
    return found


def _lines(one: Outcome, texts: Catalogue) -> Iterator[Line]:
    did = texts.text(f"moving-did-{one.did.value}")
    if not one.faults:
        yield str(one.row), did, ", ".join(one.changed), ""
    for fault in one.faults:
        yield str(one.row), did, fault.column, _reason(fault, texts)


def _duplicate(one: Duplicate, texts: Catalogue) -> Iterator[Line]:
    for row in one.rows:
        others = [str(other) for other in one.rows if other != row]
        notes = []
        if others:
            notes.append(texts.text("moving-with-rows", rows=_some(others)))
        if one.patients:
            notes.append(texts.text("moving-with-patients", patients=_some([str(id) for id in one.patients])))
        yield (
            str(row), texts.text("moving-did-duplicate"), texts.text(f"moving-alike-{one.alike.value}"), "; ".join(notes),
        )  # fmt: skip


def _some(names: Sequence[str]) -> str:
    more = f" (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _place(fault: Fault, texts: Catalogue) -> str:
    key = "moving-row-column" if fault.column else "moving-row"
    return texts.text(key, row=str(fault.row), column=fault.column)


def _reason(fault: Fault, texts: Catalogue) -> str:
    return texts.text(f"moving-fault-{fault.reason.value}")
