"""Place: where does an environment keep its products on BigQuery, and what does it know that no mesh does?"""

from collections.abc import Mapping
from dataclasses import field
from urllib.parse import parse_qs, urlsplit

from meshwright.model.accounts import RUN_AS, Accounts, accounts_of
from meshwright.model.errors import Refused
from meshwright.model.value import value

_WRITE = "write `data: bigquery://project`, or `bigquery://project/prefix?location=EU`"
_TAG, _WORDS = "policyTag.", ("location", "endpoint", "readers", RUN_AS)


@value
class Place:
    """A project of BigQuery, and the first word of its datasets' names.

    `endpoint` is another address of the service; one of plain http is an emulator's, which asks for no credentials.
    `policy_tags` are the tags of columns, by what these are classified as. `readers` is the address of the group of a
    domain's people, with `{domain}` in its name; None where others decide who reads. `accounts` are what the work of
    domains runs as.
    """

    project: str
    prefix: str = ""
    location: str | None = None
    endpoint: str = ""
    policy_tags: Mapping[str, str] = field(default_factory=dict)
    readers: str | None = None
    accounts: Accounts = field(default_factory=Accounts)

    @property
    def is_emulator(self) -> bool:
        """Tell whether it asks for no credentials."""
        return self.endpoint.startswith("http://")


def place_of(data: str) -> Place:
    """Read `bigquery://project[/prefix][?location=EU]`. Raises `Refused` where that is no such place.

    `policyTag.personal=projects/…/policyTags/…` is the tag of all columns that are classified as personal.
    `readers=mesh-{domain}@acme.org` is the group of a domain's people, `runAs=mesh-{domain}@….gserviceaccount.com` the
    account of its work.
    """
    parts = urlsplit(data)
    if parts.scheme != "bigquery" or not parts.netloc:
        raise Refused(f"BigQuery keeps products in a project, not at `{data}`", hint=_WRITE)
    asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if unknown := sorted(key for key in asked if key not in _WORDS and not key.startswith((_TAG, f"{RUN_AS}."))):
        raise Refused(f"`{data}` says `{unknown[0]}`, which BigQuery has no place for", hint=_WRITE)
    return Place(
        project=parts.netloc,
        prefix=parts.path.strip("/").replace("-", "_"),
        location=asked.get("location"),
        endpoint=asked.get("endpoint", ""),
        policy_tags={key.removeprefix(_TAG): tag for key, tag in asked.items() if key.startswith(_TAG)},
        readers=asked.get("readers"),
        accounts=accounts_of(data),
    )
