"""`mesh policy`: what is listed, what is explained, and what is found as somebody would decide."""

import json
import re
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from meshwright.cli.main import mesh
from meshwright.gate.policies.registry import POLICIES
from meshwright.model.errors import MeshError, NotFound

SHOP = Path(__file__).parents[1] / "data" / "corner-shop"
DECIDED = """\
policies: {keyed: error}
waivers:
  - {policy: supported, product: shop.orders, reason: The till is replaced., owner: ana, until: 2020-06-01}
  - {policy: supported, product: shop.revenue, reason: Nobody reads it., owner: ben, until: 2999-06-01}
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    root = shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns(".mesh"))
    (root / "mesh.yaml").write_text((root / "mesh.yaml").read_text() + DECIDED)
    return root


def policy(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, ["policy", *words, "--mesh", str(root)], standalone_mode=False)


def explained(*words: str) -> Result:
    return CliRunner().invoke(mesh, ["policy", "explain", *words], standalone_mode=False)


def test_every_policy_is_listed_as_it_is_decided_and_what_is_waived(shop: Path) -> None:
    policies, waivers = click.unstyle(policy(shop, "list").stdout).split("\n\n")
    rows = {words[0]: words[1:] for line in policies.splitlines()[1:] if (words := line.split())}
    assert list(rows) == list(POLICIES)
    assert rows["keyed"] == ["MW0420", "error", "the", "mesh"]
    assert rows["owned"] == ["MW0410", "error", "default"]
    assert [re.split(" {2,}", line) for line in waivers.splitlines()[1:]] == [
        ["supported", "shop.orders", "2020-06-01, ended", "ana", "The till is replaced."],
        ["supported", "shop.revenue", "2999-06-01", "ben", "Nobody reads it."],
    ]


def test_programs_read_the_same(shop: Path) -> None:
    told = json.loads(policy(shop, "list", "shop", "--format", "json").stdout)
    assert [p["policy"] for p in told["policies"]] == list(POLICIES)
    assert [(w["product"], w["ended"]) for w in told["waivers"]] == [("shop.orders", True), ("shop.revenue", False)]


@pytest.mark.parametrize("name", ["documented", "MW0411", "mw0411"])
def test_a_policy_is_explained_by_its_name_or_the_code_of_what_it_finds(name: str) -> None:
    told = click.unstyle(explained(name).stdout)
    assert told.startswith("documented (MW0411, warning where nobody decides)\n\nEvery table that is offered says")
    assert "  share: this share of a table's columns has a description; else 100% (stricter: the higher)\n" in told
    assert json.loads(explained(name, "--format", "json").stdout)["parameters"][0]["default"] == "100%"


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_can_be_explained(name: str) -> None:
    assert POLICIES[name].why in explained(name).stdout


def severities(done: Result) -> list[tuple[str, str]]:
    found = json.loads(done.stdout)["findings"]
    return [(d["file"].split("/")[2], d["severity"]) for d in found]


def test_what_a_policy_would_find_is_found_in_all_that_is_committed(shop: Path) -> None:
    done = policy(shop, "test", "--name", "supported", "--set", "supported=error", "--format", "json")
    assert done.return_value == 1
    assert severities(done) == [
        ("customers", "error"),
        ("orders", "error"),
        ("revenue", "warning"),
        ("shelves", "error"),
        ("suppliers", "error"),
    ]


def test_a_parameter_may_be_supposed_and_one_product_looked_at(shop: Path) -> None:
    wide = policy(shop, "test", "shop.revenue", "--name", "narrow", "--format", "json")
    narrow = policy(shop, "test", "shop.revenue", "--name", "narrow", "--set", "narrow.inputs=1", "--format", "json")
    assert (severities(wide), severities(narrow)) == ([], [("revenue", "warning")])
    told = policy(shop, "test", "shop.revenue", "--name", "narrow", "--set", "narrow.inputs=1")
    assert (told.return_value, told.stdout) == (0, "1 finding, no errors\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("test", "--set", "narrow"), "`narrow` decides nothing"),
        (("test", "--set", "narrow=fatal"), "`severity` cannot be `fatal`"),
        (("test", "--set", "narow=error"), "there is no policy `narow`"),
        (("test", "--set", "documented.share=most"), "`most` is not a percentage"),
        (("test", "--set", "documented.shares=80%"), "there is nothing called `shares` to decide of `documented`"),
        (("test", "--name", "narow"), "there is no policy `narow`"),
        (("test", "shop.order"), "there is no product `shop.order`"),
        (("list", "shops"), "there is no domain `shops`"),
    ],
)
def test_what_is_not_there_or_cannot_be_meant_is_said(shop: Path, words: tuple[str, ...], said: str) -> None:
    done = policy(shop, *words)
    assert isinstance(done.exception, MeshError)
    assert (done.exception.message, bool(done.exception.hint)) == (said, True)


def test_a_policy_that_is_not_there_is_not_explained() -> None:
    assert isinstance(explained("documentd").exception, NotFound)
