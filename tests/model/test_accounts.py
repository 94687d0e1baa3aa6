"""As which account the work of a domain runs."""

import pytest

from meshwright.model.accounts import account_mistakes, accounts_of
from meshwright.model.errors import Refused

AT, OWN = "@acme.iam.gserviceaccount.com", "12-compute@developer.gserviceaccount.com"


@pytest.mark.parametrize(
    ("said", "domain", "runs_as"),
    [
        pytest.param("", "sales", (), id="as nobody else"),
        pytest.param(f"runAs=mesh-{{domain}}{AT}", "sales", (f"mesh-sales{AT}",), id="each as its own"),
        pytest.param(f"runAs=mesh-all{AT}&runAs.sales=seller{AT}", "sales", (f"seller{AT}",), id="one by its name"),
        pytest.param(f"runAs=mesh-all{AT}&runAs.sales=seller{AT}", "trust", (f"mesh-all{AT}",), id="and all others"),
        pytest.param(f"runAs=broker{AT}, mesh-{{domain}}{AT}", "a", (f"broker{AT}", f"mesh-a{AT}"), id="a chain"),
        pytest.param(f"runAs={OWN}", "a", (OWN,), id="Google's own"),
    ],
)  # fmt: skip
def test_a_domain_runs_as_what_is_said_of_it_else_of_all(said: str, domain: str, runs_as: tuple[str, ...]) -> None:
    assert accounts_of(f"bigquery://acme/dev?location=EU&{said}").of(domain) == runs_as


@pytest.mark.parametrize(
    "account", ["nadia@acme.org", f"mesh{AT}", f"{'m' * 31}{AT}", f"mesh-all{AT},", f"Mesh-all{AT}"]
)
def test_what_is_no_account_is_refused(account: str) -> None:
    with pytest.raises(Refused) as raised:
        accounts_of(f"bigquery://acme?runAs={account}").of("sales")
    assert "`sales` cannot run as" in raised.value.message
    assert "runAs=mesh-{domain}@" in raised.value.hint


def test_what_is_wrong_for_all_is_said_once_and_what_is_wrong_for_some_of_each() -> None:
    domains = ("a", "b", "very-long-names-of-domains", "very-long-names-of-domains-too")
    assert len(list(account_mistakes("bigquery://acme?runAs=nadia@acme.org", domains))) == 1
    assert len(list(account_mistakes(f"bigquery://acme?runAs=mesh-{{domain}}{AT}", domains))) == 2
    assert not list(account_mistakes("/a/folder", domains))
    assert not list(account_mistakes("bigquery://[", domains))
