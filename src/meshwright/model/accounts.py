"""Accounts: as which service account does the work of each domain run? The platform says so, beside where data lie.

`bigquery://project?runAs=mesh-{domain}@project.iam.gserviceaccount.com` names one for each domain, `runAs.sales=…` that
of one domain. Several, with `,` between, are a chain: each may act as the next, and the last does the work.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from urllib.parse import parse_qsl, urlsplit

from meshwright.model.errors import Refused
from meshwright.model.value import value

Chain = tuple[str, ...]
"""Service accounts of which each may act as the next."""

RUN_AS = "runAs"
_OF = f"{RUN_AS}."
_HOLE = "{domain}"
_ACCOUNT = re.compile(r"(?P<name>[a-z0-9-]+)@[a-z0-9.:-]+\.gserviceaccount\.com")
_MADE = re.compile(r"[a-z][a-z0-9-]{4,28}[a-z0-9]")
"""What Google lets an account of a project be called (cloud.google.com/iam/docs/service-accounts-create)."""
_HINT = "write `runAs=mesh-{domain}@my-project.iam.gserviceaccount.com`, or `runAs.sales=…` for one domain"


@value
class Accounts:
    """What each domain runs as: what is said of it, else of all."""

    of_all: str = ""
    of_domains: Mapping[str, str] = field(default_factory=dict)

    def of(self, domain: str) -> Chain:
        """Return what a domain's work runs as; none where nothing is said. Raises `Refused` for what is no account."""
        said = self.of_domains.get(domain, self.of_all)
        found = tuple(one.strip().replace(_HOLE, domain) for one in said.split(",")) if said else ()
        for account in found:
            if reason := _mistake(account):
                raise Refused(f"`{domain}` cannot run as `{account}`: {reason}", hint=_HINT)
        return found


def accounts_of(data: str) -> Accounts:
    """Return what is said of accounts where data are said to lie."""
    try:
        asked = dict(parse_qsl(urlsplit(data).query))
    except ValueError:  # no URL: where data lie is for the engine to say
        return Accounts()
    of_domains = {key.removeprefix(_OF): said for key, said in asked.items() if key.startswith(_OF)}
    return Accounts(asked.get(RUN_AS, ""), of_domains)


def account_mistakes(data: str, domains: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield why domains cannot run as `data` says, and what to do instead; what is wrong for all is said once."""
    known, accounts = sorted(domains), accounts_of(data)
    for domain in sorted(accounts.of_domains.keys() - set(known)):
        yield f"`{_OF}{domain}` names no domain of the mesh", f"there are {', '.join(known) or 'none'}"
    said: set[str] = set()
    for domain in known:
        try:
            accounts.of(domain)
        except Refused as error:
            reason = error.message.rpartition(": ")[2]
            if _HOLE in accounts.of_domains.get(domain, accounts.of_all) or reason not in said:
                yield error.message, error.hint
            said.add(reason)


def _mistake(account: str) -> str:
    found = _ACCOUNT.fullmatch(account)
    if found is None:
        return "that is no address of a service account"
    if account.endswith(".iam.gserviceaccount.com") and _MADE.fullmatch(found["name"]) is None:
        return "the name before `@` has 6 to 30 lower-case letters, digits and `-`, and begins with a letter"
    return ""
