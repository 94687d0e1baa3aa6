"""Codeowners: whom does the host of a repository ask to look at a change? In the syntax that GitHub and GitLab share.

The gate computes whom a change needs; this only brings the right people to the pull request before it. Somebody is
named by their `handle`, else by their mail address, which both hosts take, else by their username.
"""

from collections.abc import Iterable, Iterator

from meshwright.gate.approvals import platform_team
from meshwright.model.mesh import Mesh
from meshwright.model.naming import DOMAINS, MESH_FILE, product_home


def codeowners(mesh: Mesh, here: Iterable[str]) -> str:
    """Return who owns what of the folders of the domains that are `here`; the last line that fits a file counts."""
    lines = [f"* {_named(mesh, platform_team(mesh))}", f"/{MESH_FILE} {_named(mesh, platform_team(mesh))}"]
    for domain in sorted(here):
        lines += _domain(mesh, domain)
    return "# Written by `mesh export codeowners`.\n" + "".join(f"{line.rstrip()}\n" for line in lines)


def _domain(mesh: Mesh, domain: str) -> Iterator[str]:
    products = [p for p in mesh.products if p.address.domain == domain]
    known = mesh.domain(domain)
    owners = dict.fromkeys(p.owner for p in products if p.owner)
    steward = (known.steward,) if known and known.steward else ()
    yield f"/{DOMAINS}/{domain}/ {_named(mesh, (*owners, *steward))}"
    for product in products:
        if product.owner:
            yield f"/{product_home(product.address)}/ {_named(mesh, (product.owner,))}"


def _named(mesh: Mesh, people: Iterable[str]) -> str:
    return " ".join(dict.fromkeys(_one(mesh, username) for username in people))


def _one(mesh: Mesh, username: str) -> str:
    person = mesh.person(username)
    if person is not None and person.handle:
        return f"@{person.handle}"
    return person.email if person is not None and person.email else f"@{username}"
