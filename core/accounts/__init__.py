"""Staff accounts: who works here, with which roles at which sites, and how they prove it is them.

Passwords are argon2id, second factors time-based codes, sessions live in the database and belong to one browser. Pages
and cookies are not known here. Answers to whoever is not signed in never tell whether an address exists.
"""

from core.accounts.browser import Browser
from core.accounts.models import BreakGlass, EnrolmentLink, RecoveryCode, Staff, StaffDevice, StaffRole, StaffSession
from core.accounts.passwords import hash_password
from core.accounts.sessions import SESSION_LIFETIME, SignedIn, Stage, end_sessions, find_session, sign_out
from core.accounts.signing_in import LOCK_AFTER, Opened, answer_code, prove_again, sign_in

__all__ = [
    "LOCK_AFTER",
    "SESSION_LIFETIME",
    "BreakGlass",
    "Browser",
    "EnrolmentLink",
    "Opened",
    "RecoveryCode",
    "SignedIn",
    "Staff",
    "StaffDevice",
    "StaffRole",
    "StaffSession",
    "Stage",
    "answer_code",
    "end_sessions",
    "find_session",
    "hash_password",
    "prove_again",
    "sign_in",
    "sign_out",
]
