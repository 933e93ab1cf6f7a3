"""Passwords: argon2id with the library's current parameters, and the same work where there is nothing to compare with."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from core.errors import Refused

SHORTEST, LONGEST = 12, 500
"""Characters of a new password. Source of the lower bound: team proposal, unsigned."""
NO_PASSWORD = ""
_hasher = PasswordHasher()
_NOBODY = _hasher.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """argon2id with the library's current parameters."""
    return _hasher.hash(password)


def verify_password(password_hash: str | None, password: str) -> bool:
    """True if it matches. Without a hash the same work is done for nothing."""
    try:
        _hasher.verify(password_hash or _NOBODY, password)
    except (Argon2Error, InvalidHashError):
        return False
    return bool(password_hash)


def check_new_password(password: str, again: str, email: str, name: str) -> Refused | None:
    """Why a new password will not do: too short or long, typed differently, or made of the person's own name."""
    if password != again:
        return Refused("password-differs")
    if not SHORTEST <= len(password) <= LONGEST:
        return Refused("password-short", {"least": SHORTEST})
    folded = password.casefold()
    own = [part for part in (*email.casefold().split("@")[:1], *name.casefold().split()) if len(part) >= 4]
    if len(set(folded)) < 5 or any(len(folded.replace(part, "")) < 8 for part in own):
        return Refused("password-easy")
    return None
