"""Spelled: what others spell in ways of their own, as a manifest spells it: versions, roles, the people of a team."""

import re
from collections.abc import Mapping, Sequence

from meshwright.interop.foreign import Foreign
from meshwright.model.mesh import Person

FIRST = "1.0.0"
"""The version of a port of which nobody says one."""

ANY_ROLE = "member"
"""The role of somebody of whom nobody says one."""

_VERSION = re.compile(r"v?([0-9]{1,9})(?:\.([0-9]{1,9}))?(?:\.([0-9]{1,9}))?")
_ROLES = {
    **dict.fromkeys(("owner", "productowner", "dataproductowner", "dataowner"), "productOwner"),
    **dict.fromkeys(("technicalowner", "techlead", "technicallead"), "technicalOwner"),
}


def version_of(text: str) -> str:
    """Return `v1.2` as a manifest spells it, `1.2.0`; empty for what is no version, the first for nothing."""
    found = _VERSION.fullmatch(text or FIRST)
    return ".".join(str(int(part or 0)) for part in found.groups()) if found else ""


def major_of(text: str) -> str:
    """Return the major of a version, as far as it has one."""
    return version_of(text).partition(".")[0]


def ordered(version: str) -> tuple[int, ...]:
    """Return what puts versions in their order: `1.10.0` comes after `1.9.0`."""
    return tuple(int(part) for part in version.split("."))


def role_of(text: str) -> str:
    """Return a role as a manifest calls it: `Data Product Owner` is `productOwner`."""
    return _ROLES.get(re.sub(r"[^a-z]", "", text.casefold()), text) or ANY_ROLE


def members(said: Foreign, people: Sequence[Person]) -> list[dict[str, str]]:
    """Return those of a team who have not left, by the usernames that the mesh knows them by."""
    known = {word: p.username for p in people for word in (p.username, p.email, p.name) if word}
    found = []
    for member in said.items:
        username = member["username"].text
        if username and not member["dateOut"]:
            called = known.get(username) or known.get(member["name"].text) or username
            found.append({"username": called, "role": role_of(member["role"].text)})
    return found


def strangers(team: Sequence[Mapping[str, str]], people: Sequence[Person]) -> tuple[str, ...]:
    """Return those of a team who are not among the people of a mesh; where it lists nobody, nobody is a stranger."""
    usernames = {p.username for p in people}
    return tuple(m["username"] for m in team if people and m["username"] not in usernames)
