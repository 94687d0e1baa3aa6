"""Mesh changes: the closed set of differences in what belongs to no product: domains, glossary, policies, people.

Each carries `at`, its place in the proposed manifests; for what is gone, the file that had it.
"""

from dataclasses import field

from meshwright.model.diagnostic import Location
from meshwright.model.value import value


@value
class DomainAdded:
    """A new domain joins the mesh."""

    name: str
    at: Location = field(compare=False)


@value
class DomainRemoved:
    """A domain is no longer a part of the mesh."""

    name: str
    at: Location = field(compare=False)


@value
class DomainChanged:
    """A domain has another description, steward, type or parent: `what` names which."""

    name: str
    what: str
    before: str | None
    after: str | None
    at: Location = field(compare=False)


@value
class PolicyChanged:
    """The mesh or a `domain` decides otherwise of a policy; None: it leaves all of it to what stands above."""

    policy: str
    domain: str | None
    before: str | None
    after: str | None
    at: Location = field(compare=False)


@value
class WaiverAdded:
    """Somebody is to answer for a finding; `says` who, until when and why."""

    name: str
    says: str
    at: Location = field(compare=False)


@value
class WaiverRemoved:
    """A finding counts again."""

    name: str
    at: Location = field(compare=False)


@value
class WaiverChanged:
    """Somebody else answers for a finding, or until another day, or for another reason."""

    name: str
    before: str
    after: str
    at: Location = field(compare=False)


@value
class TermAdded:
    """The glossary has a new word."""

    name: str
    at: Location = field(compare=False)


@value
class TermRemoved:
    """The glossary has a word no longer. `owner` answered for its KPI."""

    name: str
    owner: str | None
    at: Location = field(compare=False)


@value
class TermChanged:
    """A word of the glossary means something else: `what` names its part that does. `owner` answers for its KPI."""

    name: str
    what: str
    before: str | None
    after: str | None
    owner: str | None
    at: Location = field(compare=False)


@value
class MeshChanged:
    """What is listed in mesh.yaml: people with their keys and roles, purposes, pools …; or a word about the mesh."""

    what: str
    names: tuple[str, ...]
    at: Location = field(compare=False)


MeshWideChange = (
    DomainAdded
    | DomainRemoved
    | DomainChanged
    | PolicyChanged
    | WaiverAdded
    | WaiverRemoved
    | WaiverChanged
    | TermAdded
    | TermRemoved
    | TermChanged
    | MeshChanged
)
