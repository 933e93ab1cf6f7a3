"""All actions of Rasa's domain, each built by itself so that a broken one stops the start by name."""

from rasa_sdk.interfaces import Action

from actions import (
    answers,
    booking,
    booking_questions,
    goals,
    handover,
    refill,
    rescheduling,
    session,
    triage,
    visit_forms,
    visits,
)
from actions import identity as proving
from actions.context import HouseAction, Parts
from care.governance.gate import Gate
from care.triage.engine import Engine
from conversations.alerts import Alerts
from conversations.cases import Cases
from conversations.identity.challenges import Identity
from core.clock import Clock
from core.db import Database
from knowledge.complexity import Complexity
from knowledge.model.rephrasing import Rephrasing
from knowledge.service import Library

ACTIONS: tuple[type[HouseAction], ...] = (
    session.SessionStart,
    booking.ValidateBooking,
    booking.Book,
    booking_questions.AskTimeWindow,
    booking_questions.AskOffer,
    booking_questions.AskPayer,
    booking_questions.AskVisitKind,
    booking_questions.AskPatientName,
    booking_questions.AskReferral,
    booking_questions.AskConfirmation,
    visits.ValidateVisits,
    visits.ListVisits,
    visits.ValidateCancel,
    visit_forms.AskPerson,
    visit_forms.AskVisit,
    visits.AskCancelConfirmation,
    visits.CancelVisit,
    visits.ValidateConfirm,
    visits.ConfirmVisit,
    rescheduling.ValidateReschedule,
    rescheduling.AskRescheduleOffer,
    rescheduling.AskRescheduleConfirmation,
    rescheduling.RescheduleVisit,
    handover.RequestHuman,
    goals.StaffRequest,
    goals.GoalAnswer,
    handover.StopTask,
    handover.Repeat,
    handover.ChangeLanguage,
    handover.OutOfScope,
    refill.Refill,
    refill.ValidateRefill,
    refill.AskMedicine,
    refill.AskSupply,
    refill.AskDose,
    refill.AskRefillConfirmation,
    refill.SubmitRefill,
    triage.ValidateTriage,
    triage.AskComplaint,
    triage.AskAge,
    triage.AskDuration,
    triage.AskSigns,
    triage.TriageResult,
    proving.ValidateIdentity,
    proving.AskRole,
    proving.AskPatientName,
    proving.AskBirthDate,
    proving.AskOwnBirthDate,
    proving.AskCode,
    proving.Identify,
    proving.GiveCode,
    proving.Done,
    answers.Fallback,
    answers.ClinicInfo,
    answers.Price,
    answers.Prepare,
    answers.No,
)


def build_actions(
    database: Database,
    clock: Clock,
    cases: Cases,
    library: Library,
    identity: Identity,
    gate: Gate,
    alerts: Alerts,
    engine: Engine | None = None,
    complexity: Complexity | None = None,
    rephrasing: Rephrasing | None = None,
    public_url: str = "",
) -> list[Action]:
    """One of each. Complaints are triaged while the gate is open."""
    parts = Parts(
        database, clock, cases, library, identity, gate, alerts, engine, rephrasing, complexity, public_url=public_url
    )
    return [action(parts) for action in ACTIONS]
