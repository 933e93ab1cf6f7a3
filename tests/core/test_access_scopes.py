"""Roles by site. Invariant: a scope only ever takes away; what no role gives is allowed nowhere."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.access import PERMISSIONS, STAFF_ROLES, Access, Permission, Role
from core.ids import new_id

SITES = [new_id() for _ in range(3)]
held = st.frozensets(st.sampled_from(STAFF_ROLES))
scope = st.dictionaries(st.sampled_from(STAFF_ROLES), st.frozensets(st.sampled_from(SITES)))


def _access(roles: frozenset[Role], narrowed: dict[Role, frozenset[UUID]]) -> Access:
    return Access.staff(new_id(), roles, scopes=tuple(sorted(narrowed.items())))


@given(held, scope, st.sampled_from(list(Permission)), st.sampled_from(SITES))
def test_a_permission_holds_at_a_site_exactly_where_a_role_with_it_does(
    roles: frozenset[Role], narrowed: dict[Role, frozenset[UUID]], permission: Permission, site: UUID
) -> None:
    expected = any(
        permission in PERMISSIONS[role] and (role not in narrowed or site in narrowed[role]) for role in roles
    )
    assert _access(roles, narrowed).allows(permission, site) is expected


@given(held, scope, st.sampled_from(list(Permission)), st.sampled_from(SITES))
def test_narrowing_never_allows_more(
    roles: frozenset[Role], narrowed: dict[Role, frozenset[UUID]], permission: Permission, site: UUID
) -> None:
    wide, narrow = _access(roles, {}), _access(roles, narrowed)
    assert wide.allows(permission, site) or not narrow.allows(permission, site)
    assert narrow.allows(permission) or not narrow.allows(permission, site)


@given(held, scope, st.sampled_from(list(Permission)))
def test_without_a_site_asked_it_holds_if_it_holds_somewhere(
    roles: frozenset[Role], narrowed: dict[Role, frozenset[UUID]], permission: Permission
) -> None:
    access = _access(roles, narrowed)
    everywhere = access.sites(permission) is None
    assert access.allows(permission) == (everywhere or any(access.allows(permission, site) for site in SITES))
    assert everywhere == access.allows(permission, new_id())


def test_each_role_has_what_the_table_gives_it_and_a_scoped_one_only_there() -> None:
    here, there = SITES[:2]
    for role in STAFF_ROLES:
        access = _access(frozenset({role}), {role: frozenset({here})})
        for permission in Permission:
            assert access.allows(permission, here) == (permission in PERMISSIONS[role])
            assert not access.allows(permission, there)
