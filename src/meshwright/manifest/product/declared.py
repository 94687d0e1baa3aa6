"""Declared: what does mesh.yaml list, and is what others name among it, or nearly a word that matters?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import field

from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.documents import TeamBlock
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.mesh import PLATFORM, Term
from meshwright.model.personal import CLASSIFICATIONS
from meshwright.model.spelling import closest, did_you_mean
from meshwright.model.value import value

_KNOWN_ROLES = ("productOwner", "technicalOwner")


@value
class Declared:
    """The people, purposes, terms and pools that mesh.yaml lists; None where nothing can be said about them."""

    people: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    glossary: Mapping[str, Term] | None = field(default=None, hash=False)
    pools: frozenset[str] | None = None


def check_person(username: str, place: Place, declared: Declared, problems: Problems) -> None:
    """Say so when a person is not one of the mesh."""
    if declared.people is not None and username not in declared.people:
        hint = did_you_mean(username, declared.people, otherwise="add them to `people` in mesh.yaml")
        problems.error(Code.UNDECLARED, place.at, f"`{username}` is not among the people of the mesh", hint)


def check_purpose(name: str, place: Place, declared: Declared, problems: Problems) -> None:
    """Say so when a purpose is not one of the mesh."""
    if declared.purposes is not None and name not in declared.purposes:
        hint = did_you_mean(name, declared.purposes, otherwise="add it to `purposes` in mesh.yaml")
        problems.error(Code.UNDECLARED, place.at, f"the mesh has no purpose `{name}`", hint)


def check_pool(name: str, place: Place, declared: Declared, problems: Problems) -> None:
    """Say so when a pool is not one of the mesh: Airflow would let the tasks of one that it does not know wait."""
    if declared.pools is not None and name not in declared.pools:
        hint = did_you_mean(name, declared.pools, otherwise="add it to `pools` in mesh.yaml")
        problems.error(Code.UNDECLARED, place.at, f"the mesh has no pool `{name}`", hint)


def check_team(block: TeamBlock, place: Place, declared: Declared, problems: Problems) -> None:
    """Say which members are not declared, and which roles are nearly one that matters."""
    for number, member in enumerate(block.members):
        here = place["members"][number]
        check_person(member.username, here["username"], declared, problems)
        _check_nearly("role", member.role, _KNOWN_ROLES, here["role"], problems)


def check_roles(roles: Sequence[str], place: Place, problems: Problems) -> None:
    """Say which of a person's roles are nearly the one that approves something; others are free."""
    for number, role in enumerate(roles):
        _check_nearly("role", role, (PLATFORM,), place[number], problems)


def check_classification(said: str | None, place: Place, problems: Problems) -> None:
    """Say so when a classification is nearly one that policies know: a misspelt one would protect nobody."""
    if said is not None and said.lower() not in CLASSIFICATIONS:
        _check_nearly("classification", said, CLASSIFICATIONS, place, problems)


def _check_nearly(what: str, said: str, known: Collection[str], place: Place, problems: Problems) -> None:
    meant = None if said in known else closest(said, known, likeness=0.8)
    if meant is not None:
        message = f"`{said}` is not the {what} `{meant}`, though nearly"
        problems.error(Code.VALUE, place.at, message, f"did you mean `{meant}`?")
