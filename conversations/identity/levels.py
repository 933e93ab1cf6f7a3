"""How sure we are of who speaks, and how sure we must be for each goal and action. The one table; a test compares it."""

from enum import IntEnum

from care.authorisations.models import Scope


class Level(IntEnum):
    """Each level includes those before it.

    `number_matched`: name and birth date fit a patient who is linked to the contact point written from. `one_time_code`: a
    code sent to the number on record came back. `code_and_birth_date`: that, and birth date or PESEL fit the record.
    """

    unknown = 0
    number_matched = 1
    one_time_code = 2
    code_and_birth_date = 3
    portal_login = 4


_INTENTS = {
    Level.unknown: (
        "greet help goodbye thanks praise chitchat affirm deny repeat slower louder correct stop_task start_over skip undo human "
        "change_language identify otp_code otp_resend book next_slots clinic_info price service_info prepare referral insurance "
        "payment complaint stop_messages symptoms medical_advice emergency inform out_of_scope"
    ),
    Level.number_matched: "list_visits reschedule cancel_visit confirm_visit running_late contact_data",
    Level.code_and_birth_date: "refill prescription_code results documents data_rights",
}
_ACTIONS = {
    # Booking tells nothing of anybody; what a person of the clinic does for a goal is guarded by the goal's own line above.
    Level.unknown: (
        "action_session_start validate_booking_form action_ask_time_window action_ask_booking_form_offer "
        "action_ask_booking_form_payer action_ask_booking_form_visit_kind action_ask_booking_form_patient_name "
        "action_ask_booking_form_referral_code action_ask_booking_form_booking_confirmed action_book action_clinic_info "
        "action_price action_prepare action_answer action_request_human action_staff_request action_refill action_stop_task "
        "action_no action_repeat action_change_language action_out_of_scope action_default_fallback validate_visits_form "
        "action_ask_patient_name validate_identity_form "
        "action_ask_identity_form_identity_role action_ask_identity_form_patient_name action_ask_identity_form_birth_date "
        "action_ask_identity_form_own_birth_date action_ask_identity_form_identity_code action_identify action_identity_code "
        "action_identity_done validate_triage_form action_ask_triage_form_triage_complaint action_ask_triage_form_triage_age "
        "action_ask_triage_form_triage_duration action_ask_triage_form_triage_signs action_triage_result"
    ),
    Level.number_matched: (
        "action_list_visits action_ask_visit validate_cancel_form action_ask_cancel_form_cancel_confirmed action_cancel_visit "
        "validate_reschedule_form action_ask_reschedule_form_offer action_ask_reschedule_form_move_confirmed "
        "action_reschedule_visit validate_confirm_form action_confirm_visit"
    ),
    Level.code_and_birth_date: (
        "validate_refill_form action_ask_refill_form_refill_medicine action_ask_refill_form_refill_supply "
        "action_ask_refill_form_refill_dose action_ask_refill_form_refill_confirmed action_refill_submit"
    ),
}
NEEDED: dict[str, Level] = {
    name: level for table in (_INTENTS, _ACTIONS) for level, names in table.items() for name in names.split()
}
"""What each intent and each action of the dialogue needs before it tells or changes anything of a patient."""

SCOPE_OF: dict[str, Scope] = {
    "list_visits": Scope.visits,
    "cancel_visit": Scope.visits,
    "reschedule": Scope.visits,
    "confirm_visit": Scope.visits,
    "refill": Scope.medicines,
    "prescription_code": Scope.medicines,
    "results": Scope.results,
    "documents": Scope.results,
}
"""What somebody who acts for a patient must be authorised for. A goal that is not here is the patient's alone."""


def needs_code(intent: str) -> bool:
    """True for goals that a name, a birth date and a known number are not enough for."""
    return NEEDED.get(intent, Level.unknown) > Level.number_matched
