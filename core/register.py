"""The register of copies: every place that keeps something of a person, why, how long, and how it is erased.

Data alone. A test compares it with the tables of all models, so that no table and no personal column is forgotten;
`docs/privacy/register.md` is written from it. Medical periods: SAFETY.md 5.3 (art. 29 of the Patient Rights Act).
All other periods are a team proposal, unsigned, until the clinic's data protection officer has signed them.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

PROPOSAL = "team proposal, unsigned"


class RetentionClass(StrEnum):
    """How long a copy may live; `PERIODS` says the time."""

    working = "working"
    lead = "lead"
    administrative = "administrative"
    medical = "medical"
    account = "account"
    security = "security"
    organisation = "organisation"


@dataclass(frozen=True)
class Period:
    """The time after which a class is erased, counted from what, and who says so. None: no job erases it."""

    length: timedelta | None
    counted_from: str
    source: str
    years: int = 0
    """Whole years to the end of the year, for records the law counts so; 0 where `length` counts."""


PERIODS = {
    RetentionClass.working: Period(timedelta(days=30), "the end of the turn, case or delivery", PROPOSAL),
    RetentionClass.lead: Period(timedelta(days=365), "the end of the case", PROPOSAL),
    RetentionClass.administrative: Period(timedelta(days=3 * 365), "the end of the case or visit", PROPOSAL),
    RetentionClass.medical: Period(
        None, "the end of the year of the last entry", "SAFETY.md 5.3: art. 29 of the Patient Rights Act", years=20
    ),
    RetentionClass.account: Period(None, "the end of employment", PROPOSAL),
    RetentionClass.security: Period(timedelta(days=6 * 365), "the act", PROPOSAL),
    RetentionClass.organisation: Period(None, "no person is told of", "no personal data of patients"),
}

CARE = "art. 6(1)(c) and 9(2)(h): care and its administration"
REQUEST = "art. 6(1)(b): what the person asked for"
SECURITY = "art. 6(1)(f) and 32: security and accountability"
WORK = "art. 6(1)(b) and (f): employment and access control"
LAW = "art. 6(1)(c): duties of the controller under art. 12 to 21"


@dataclass(frozen=True)
class Copy:
    """One place. `columns` are those that tell of a person, sealed or not; `erased_by` says how they go."""

    place: str
    purpose: str
    basis: str
    classes: tuple[RetentionClass, ...]
    columns: tuple[str, ...]
    erased_by: str
    is_table: bool = True


_R = RetentionClass
_CASE = (_R.lead, _R.administrative, _R.medical)
_WITH_CASE = "with its case: nightly job and erasure"
TABLES = (
    Copy("messages", "the conversation", CARE, _CASE,
         ("author_id", "contact_point_id", "provider_id", "body", "content", "provenance", "tokens", "language"), _WITH_CASE),
    Copy("cases", "the matter, what was understood, facts carried over", CARE, _CASE,
         ("patient_id", "agent_id", "understood", "carried"), _WITH_CASE),
    Copy("turns", "answering once", REQUEST, (_R.working,), ("message_id",), "nightly job; with its case"),
    Copy("action_results", "doing nothing twice", REQUEST, (_R.working,), ("result",), "nightly job; with its case"),
    Copy("deliveries", "sending, receipts, dead letters", REQUEST, _CASE, ("contact_point_id", "provider_id"), _WITH_CASE),
    Copy("attachments", "files that came with messages", CARE, _CASE, ("source_url", "content"), _WITH_CASE),
    Copy("safety_alerts", "red flags", CARE, (_R.medical,), ("rules", "claimed_by"), _WITH_CASE),
    Copy("alert_watches", "telling on-call and patient that nobody has claimed a red flag", CARE, (_R.medical,), (), "with its red flag"),
    Copy("unsafe_reports", "what somebody says was unsafe: the conversation as it stood", CARE, (_R.medical,),
         ("reported_by", "reason", "frozen", "decided_by", "finding"), _WITH_CASE),
    Copy("locked_tests", "texts of nobody's that every later version of the red-flag tables must pass", SECURITY,
         (_R.organisation,), ("text", "locked_by"), "none: a clinician confirms that no person can be recognised"),
    Copy("follow_ups", "looking after somebody within a day of a crisis or violence, and calls that were promised", CARE, (_R.medical,),
         ("taken_by", "done_by", "note"), _WITH_CASE),
    Copy("complaints", "answering complaints in time", REQUEST, _CASE,
         ("words", "about_staff", "owner_id", "made_by", "answer", "answered_by"), _WITH_CASE),
    Copy("quality_evaluations", "evaluating how conversations are held: which one, why, the score, its agent's answer",
         WORK, _CASE, ("staff_id", "why", "reviewed_by", "answer"), _WITH_CASE),
    Copy("quality_answers", "the evaluation question by question", WORK, _CASE, ("words",), "with its evaluation"),
    Copy("quality_draws", "drawing a week's sample again: seed and counts", WORK, (_R.organisation,), (), "not personal"),
    Copy("quality_forms", "versions of the evaluation form and who wrote them", WORK, (_R.account,), ("made_by",),
         "kept as long as evaluations refer to them"),
    Copy("contact_limits", "protecting staff from abuse: until when the bot alone answers, and why", WORK, _CASE,
         ("words", "made_by", "lifted_by"), _WITH_CASE),
    Copy("mentions", "which colleague a note names, and whether they read it", WORK, _CASE, ("staff_id",), _WITH_CASE),
    Copy("handoffs", "waiting for a person", CARE, _CASE, ("accepted_by", "offered_to"), _WITH_CASE),
    Copy("handoff_events", "each step of it: who was offered it, by which rule, who took it", CARE, _CASE,
         ("actor", "staff_id", "reason"), _WITH_CASE),
    Copy("agent_states", "who can be offered conversations, and what they can take", WORK, (_R.account,),
         ("staff_id", "mode", "reason", "skills", "languages", "phone"), "with the account"),
    Copy("routing_tables", "versions of the routing rules and who wrote them", WORK, (_R.account,), ("made_by", "why"),
         "kept as long as decisions may have to be replayed"),
    Copy("canned_replies", "ready replies of the clinic, without anybody's data", WORK, (_R.organisation,), ("made_by",),
         "when taken away"),
    Copy("processors", "who outside the clinic is entrusted with data, and who recorded it", LAW, (_R.account,), ("made_by", "ended_by"),
         "kept: the clinic must show it"),
    Copy("slack_threads", "which thread in Slack is which conversation's", CARE, _CASE, (), _WITH_CASE),
    Copy("slack_posts", "what is told in Slack: ids alone; of an answer to staff its values", CARE, _CASE, ("words",),
         "with its case; answers to staff after a day"),
    Copy("slack_cursor", "how far Slack was told", "none needed", (_R.organisation,), (), "not personal"),
    Copy("slack_events", "reading nothing twice", SECURITY, (_R.working,), (), "after a day"),
    Copy("slack_links", "who somebody in Slack is", WORK, (_R.account,), ("staff_id", "slack_user_id"),
         "by its owner; with the account"),
    Copy("slack_codes", "one-time codes, as keyed digests", SECURITY, (_R.account,), ("staff_id", "code_token"),
         "used, replaced, or with the account"),
    Copy("ratings", "how good the help of a person was, asked when it ended", WORK, _CASE, ("staff_id",), _WITH_CASE),
    Copy("threads", "the order of one correspondent's messages", CARE, _CASE, ("correspondent_id",), "with its last case"),
    Copy("correspondents", "language, preferred channel, and which notices were given where and when", LAW, _CASE,
         ("language", "noticed", "preferred_channel"),
         "with its last case"),
    Copy("contact_points", "where to answer; who said stop", REQUEST, _CASE,
         ("address", "address_token", "correspondent_id", "opted_out_by"),
         "with its last case; one that said STOP is kept without anything else, so that it is obeyed"),
    Copy("consents", "who allowed or stopped which messages, when and in what words", LAW, _CASE,
         ("contact_point_id", "made_by", "words"), "with the contact point"),
    Copy("visit_notices", "one reminder a visit, what held it back, what was answered", REQUEST, (_R.administrative,),
         ("contact_point_id", "answer"), "with the visit or the contact point"),
    Copy("identity_proofs", "who was proven to speak from where, until when", SECURITY, (_R.working,),
         ("contact_point_id", "patient_id"), "nightly job, once over; with the patient or the contact point"),
    Copy("identity_challenges", "one-time codes, as keyed digests", SECURITY, (_R.working,),
         ("contact_point_id", "claim_token", "patient_id", "phone", "code_token"),
         "nightly job, once over; with the patient or the contact point"),
    Copy("identity_locks", "wrong codes of late, by keyed digests alone", SECURITY, (_R.working,), ("subject_token",),
         "nightly job, once over"),
    Copy("magic_links", "going on in the browser: digests of links", REQUEST, (_R.working,),
         ("token_hash", "contact_point_id", "used_by_contact_point_id"),
         "nightly job, once over; with the case or the contact point"),
    Copy("transcript_links", "reading a conversation in the browser: digests of links, codes and readers", REQUEST, (_R.working,),
         ("token_hash", "contact_point_id", "made_by", "code_token", "reader_hash"),
         "nightly job, once over; with the case or the contact point"),
    Copy("authorisations", "who may hear and decide for a patient, from what evidence", CARE,
         (_R.administrative, _R.medical), ("patient_id", "name", "birth_date", "phone", "phone_token", "made_by", "ended_by"),
         "with the patient"),
    Copy("symptom_contacts", "who comes back with symptoms within 72 hours: keyed tokens, protocol, urgency, hour", CARE,
         (_R.working,), ("patient_token", "point_token"),
         "by the next contact and the nightly job after 72 hours; with the patient or the contact point"),
    Copy("patients", "who the patient is", CARE, (_R.administrative, _R.medical),
         ("given_name", "family_name", "name_tokens", "match_token", "birth_date", "birth_token", "pesel", "pesel_token", "phone",
          "phone_token", "mail", "mail_token", "external_id", "external_token", "language", "replaced_by_id"),
         "with the last case and visit: nightly job and erasure; telephone and mail go at once"),
    Copy("patient_merges", "which records were put together, why, and every row that moved, so that it can be undone", CARE,
         (_R.administrative, _R.medical), ("survivor_id", "replaced_id", "reason", "made_by", "undone_by", "moved"),
         "with either of the two records"),
    Copy("thread_joins", "which conversations were made one, why, and what moved, so that it can be undone", CARE, _CASE,
         ("reason", "made_by", "undone_by", "moved"), "with either of the two conversations"),
    Copy("patient_contact_points", "who may speak for the patient from where", CARE, (_R.administrative,),
         ("patient_id", "contact_point_id"), "erasure; with the patient"),
    Copy("appointments", "visits held, booked, cancelled, done", CARE, (_R.administrative, _R.medical),
         ("patient_id", "referral_code", "booked_by_case_id", "booked_via_contact_point", "cancelled_by"),
         "nightly job and erasure; completed visits after the medical period"),
    Copy("medications", "what a patient takes regularly", CARE, (_R.medical,),
         ("patient_id", "name", "substance", "dose", "reason", "made_by", "ended_by"), "with the patient"),
    Copy("measurements", "vital signs as measured", CARE, (_R.medical,),
         ("patient_id", "kind", "value", "origin", "made_by"), "with the patient"),
    Copy("vital_alarms", "measurements that opened a task", CARE, (_R.medical,),
         ("patient_id", "rule", "urgency", "case_id"), "with the patient"),
    Copy("dose_plans", "when a patient asked to be reminded of medicines", CARE, (_R.medical,),
         ("patient_id", "times", "made_by", "ended_by"), "with the patient"),
    Copy("dose_reminders", "reminders of medicines and what was answered", CARE, (_R.medical,),
         ("contact_point_id", "message_id", "reason", "answer"), "with the patient"),
    Copy("refill_requests", "requests for prescriptions, what was checked and decided", CARE, (_R.medical,),
         ("patient_id", "case_id", "findings", "reason", "decided_by"), "with the patient"),
    Copy("privacy_marks", "legal hold, restriction", LAW, (_R.security,), ("patient_id", "reason", "made_by", "ended_by"),
         "nightly job, once the patient's record is gone"),
    Copy("erasures", "proof of erasure: counts and reasons, no content", LAW, (_R.security,),
         ("patient_id", "asked_by", "case_ids"), "nightly job"),
    Copy("voice_calls", "which call is going on, how it ended, and who took it", REQUEST, (_R.working,),
         ("contact_point_id", "dialled"),
         "nightly job, once over; with the contact point"),
    Copy("simulated_sms", "the phone network of demonstrations", REQUEST, (_R.working,), ("phone", "phone_token", "body"),
         "nightly job; with its case"),
    Copy("simulated_media", "its files", REQUEST, (_R.working,), ("content",), "nightly job; with its case"),
    Copy("simulated_opt_outs", "its STOP words", REQUEST, (_R.organisation,), ("phone_token",), "by START; demonstrations alone"),
    Copy("staff", "who works here", WORK, (_R.account,),
         ("email", "name", "password_hash", "language", "clinician_id", "totp_secret", "totp_offered", "oidc_subject"),
         "by an administrator: closed at the end of employment"),
    Copy("staff_roles", "what they may do", WORK, (_R.account,), ("staff_id",), "by an administrator"),
    Copy("staff_sessions", "who is signed in", WORK, (_R.working,),
         ("token_hash", "staff_id", "csrf_token", "device_hash", "agent_hash", "browser_name"), "nightly job, once over"),
    Copy("staff_devices", "known browsers", WORK, (_R.working,), ("staff_id", "device_hash"),
         "nightly job, unused for longer than a browser keeps its key"),
    Copy("staff_recovery_codes", "a way in", WORK, (_R.account,), ("staff_id", "code_hash"), "by use; with the account"),
    Copy("staff_enrolment_links", "a first sign-in", WORK, (_R.working,), ("staff_id", "token_hash"), "nightly job, once over"),
    Copy("break_glass", "rights taken in need, with reason", SECURITY, (_R.security,),
         ("staff_id", "patient_id", "reason", "reviewed_by"), "nightly job; the reason's words go by erasure"),
    Copy("access_decisions", "reviews of roles", SECURITY, (_R.security,), ("staff_id", "reviewer_id"), "nightly job"),
    Copy("presence", "who is in which thread", WORK, (_R.working,), ("thread_id", "staff_id"), "by itself, within seconds"),
    Copy("audit_events", "who read or changed what: ids alone", SECURITY, (_R.security,), ("actor", "subject_id"),
         "not by the application, which has no right to: the owner archives whole sealed batches"),
    Copy("audit_batches", "the audit's chain", SECURITY, (_R.security,), (), "as the audit"),
    Copy("clinical_signatures", "which clinician answers for which version of the clinical rules", SECURITY, (_R.account,),
         ("staff_id", "name", "licence"), "kept as long as the rules they stand under may have to be accounted for"),
    Copy("clinical_switch", "when all went to people, by whose decision, why", SECURITY, (_R.account,),
         ("staff_id", "reason"), "kept as the signatures are"),
    Copy("clinicians", "who sees patients", WORK, (_R.account,), ("title", "given_name", "family_name", "forms_pl"),
         "by an administrator"),
    Copy("schedule_exceptions", "days a clinician is away", WORK, (_R.account,), ("clinician_id",), "by an administrator"),
    Copy("weekly_schedules", "when a clinician sees patients", WORK, (_R.account,), ("clinician_id",), "by an administrator"),
    Copy("article_versions", "approved answers and their authors", WORK, (_R.account,), ("author",), "by an editor"),
    Copy("article_files", "files beside approved answers, and who added them", WORK, (_R.account,), ("author", "content"),
         "kept as the versions are"),
    Copy("intent_examples", "what the bot learns from; some made of messages, without names and numbers, as a person confirmed", CARE,
         (_R.account, _R.administrative), ("author", "origin_id", "text"), "by an editor; with the message it was made from"),
    Copy("unanswered", "what the bot did not answer, without names and numbers, for who edits content", CARE,
         (_R.administrative,), ("message_id", "reason", "words", "vector", "confirmed", "decided_by"), "with the message it was made from"),
    Copy("article_answers", "which article answered in which case: figures of how it helps, no words", CARE, _CASE, (),
         "with its message"),
    Copy("bot_versions", "what the bot had learnt, and who let it answer", WORK, (_R.account,), ("author",),
         "kept as long as what it answered may have to be accounted for"),
    Copy("clinic_goals", "what the clinic calls the goals of its patients, and who said so", WORK, (_R.account,), ("author",),
         "kept as the versions are"),
    Copy("bot_runs", "checks before the bot answers with something new", WORK, (_R.account,), ("staff_id", "author"),
         "kept as the versions are"),
    Copy("model_calls", "what questions to a language model took and cost: no words", SECURITY, (_R.security,), ("message_id",),
         "the link goes with its message"),
    Copy("content_signatures", "who signed safety content beside who published it", WORK, (_R.account,), ("staff_id", "name"),
         "kept as the versions are"),
    Copy("shadow_runs", "candidates that read along, and who asked for it", WORK, (_R.account,), ("staff_id", "author"),
         "kept as the versions are"),
    Copy("shadow_differences", "messages a candidate would have taken otherwise: no words", CARE, (_R.administrative,), ("message_id",),
         "with its message"),
    Copy("safety_emergencies", "safety content changed by one person at once, why, and who confirmed it", WORK, (_R.account,),
         ("staff_id", "name", "reason", "ended_by", "ended_name"), "kept as the versions are"),
    Copy("planned_publications", "which words are to answer from when, and who planned it", WORK, (_R.account,), ("staff_id", "author"),
         "kept as the versions are"),
    Copy("conversation_tests", "conversations without names and numbers, as a person confirmed", CARE, (_R.account, _R.administrative),
         ("steps", "case_id", "staff_id"), "with the case it was made from"),
    *(
        Copy(name, "the clinic's own facts", "none needed", (_R.organisation,), (), "not personal")
        for name in ("sites", "site_hours", "closed_days", "specialties", "services", "prices", "articles",
                     "article_publications", "knowledge_state", "data_keys", "process_beats", "intent_days")
    ),
)  # fmt: skip
"""Every table of the models."""

OTHER_TABLES = (
    Copy("bot.events", "the dialogue's memory of an open case", CARE, (_R.working,), ("sender_id", "data"),
         "nightly job 30 days after the case; with its case. The application's role may DELETE there (core/roles.py)"),
    *(
        Copy(f"bot.{name}", "the dialogue core's models, which one is to answer, and where", "none needed", (_R.organisation,), (),
             "the oldest go with new ones")
        for name in ("models", "live", "places")
    ),
    Copy("procrastinate_jobs", "timed jobs: arguments are ids alone", REQUEST, (_R.working,), ("args",),
         "by itself when done; failed ones by the nightly job"),
    Copy("procrastinate_events", "their history", REQUEST, (_R.working,), (), "with their jobs"),
    Copy("procrastinate_periodic_defers", "when timed jobs last ran", REQUEST, (_R.organisation,), (), "by itself"),
    Copy("procrastinate_workers", "which workers live", REQUEST, (_R.organisation,), (), "by itself"),
    Copy("alembic_version", "the revision", "none needed", (_R.organisation,), (), "not personal"),
)  # fmt: skip
"""Tables that have no model."""

ELSEWHERE = (
    Copy("log", "operation: ids and counts, no names or words", SECURITY, (_R.working,), (), "rotated by the system", False),
    Copy("traces", "operation: ids and durations", SECURITY, (_R.working,), (), "by the collector's own period", False),
    Copy("metrics", "operation: counts alone", SECURITY, (_R.organisation,), (), "not personal", False),
    Copy("knowledge vectors", "finding answers: approved articles alone, no messages", "none needed", (_R.organisation,), (),
         "rebuilt at each publication", False),
    Copy("training data and models", "understanding: examples, those made of messages without names and numbers", CARE,
         (_R.administrative,), (), "replaced by the next training", False),
    Copy("tests", "invented people alone", "none needed", (_R.organisation,), (), "after each run", False),
    Copy("drafts in the browser", "an agent's unsent reply", CARE, (_R.working,), ("words",),
         "sent, discarded, or with the browser's tab", False),
    Copy("widget in the browser", "a session's key, no messages", REQUEST, (_R.working,), ("token",), "by its visitor", False),
    Copy("backups", "restoring the service", SECURITY, (_R.working,), ("everything above",),
         "by age: a backup is destroyed 35 days after it was made; after a restore erasures are run again", False),
    Copy("Slack", "telling staff that somebody waits: case number, reason, link; words only by a switch", CARE, (_R.working,),
         ("case number", "words", "replies typed there"),
         "by the workspace's own period, set by the clinic: an erasure here does not reach it", False),
    Copy("language model", "published articles; conversations without names and numbers, for agents' drafts, where configured",
         CARE, (_R.working,), ("pseudonymised words",),
         "by the provider's own period, as recorded among the processors: an erasure here does not reach it", False),
    Copy("Twilio", "carrying SMS, where configured", REQUEST, (_R.working,), ("address", "body"),
         "by the provider's own period: the clinic sets it in its account", False),
    Copy("files taken out by staff", "exports and reports given to the person", LAW, (_R.working,), ("everything of one person",),
         "by whoever took them", False),
)  # fmt: skip
"""Copies outside the database."""

REGISTER = (*TABLES, *OTHER_TABLES, *ELSEWHERE)
BACKUPS_AGE_OUT = timedelta(days=35)


def as_markdown() -> str:
    """The register as a table, for `docs/privacy/register.md`."""
    lines = ["| Place | Purpose | Basis (GDPR) | Class | Personal columns | Erased |", "|---|---|---|---|---|---|"]
    for one in REGISTER:
        cells = (
            f"`{one.place}`" if one.is_table else one.place, one.purpose, one.basis, ", ".join(one.classes),
            ", ".join(one.columns) or "none", one.erased_by,
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "| Class | Period | Counted from | Source |", "|---|---|---|---|"]
    for kind, period in PERIODS.items():
        days = f"{period.length.days} days" if period.length else "no automatic end"
        length = f"{period.years} years" if period.years else days
        lines.append(f"| {kind} | {length} | {period.counted_from} | {period.source} |")
    return "\n".join(lines) + "\n"
