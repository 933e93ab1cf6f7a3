"""Staff from the command line: how the first administrator of an installation comes to be."""

from collections.abc import Sequence

from core.access import STAFF_ROLES, Access, Role
from core.accounts.people import LINK_LIFETIME, take_on
from core.clock import SystemClock
from core.crypto import keyring
from core.db import Database
from core.errors import ConfigurationError, Refused
from core.i18n import catalogue
from core.settings import Settings


async def add(settings: Settings, url: str, email: str, name: str, roles: Sequence[str]) -> str:
    """A new person with these roles at all sites; gives their one-time link, for them alone. Audited as the command line's."""
    known = {role.value for role in STAFF_ROLES}
    if unknown := [role for role in roles if role not in known]:
        raise ConfigurationError(f"no such role: {', '.join(unknown)} (there are: {', '.join(sorted(known))})")
    keyring.load(settings.secrets["encryption"], settings.secrets["lookup"])
    database, now = Database(url), SystemClock(settings.zone).now()
    try:
        async with database.unit_of_work() as uow:
            access = Access.system("command line")
            made = await take_on(uow, access, email, name, [(Role(role), None) for role in roles], now)
    finally:
        await database.close()
    if isinstance(made, Refused):
        raise ConfigurationError(catalogue("en").text(f"refused-{made.reason}", **made.args))
    hours = int(LINK_LIFETIME.total_seconds() // 3600)
    return f"{settings.public_url.rstrip('/')}/login/link/{made[1]}\nOpens once, within {hours} hours."
