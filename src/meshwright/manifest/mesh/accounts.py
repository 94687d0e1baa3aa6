"""Accounts: can the work of each domain run as what an environment says?"""

from collections.abc import Iterable

from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.organisation import MeshDocument
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.accounts import account_mistakes


def check_accounts(mesh: MeshDocument, place: Place, domains: Iterable[str], problems: Problems) -> None:
    """Say what no service account can be called, and which domain is none."""
    known = tuple(domains)
    for name, environment in mesh.environments.items():
        for message, hint in account_mistakes(environment.data or "", known):
            problems.error(Code.ACCOUNT, place["environments"][name]["data"].at, message, hint)
