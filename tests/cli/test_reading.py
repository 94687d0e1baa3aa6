"""`validate`, `list` and `show`: what they print, and how they end."""

import json
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from tests.manifest.samples import ORDERS, product, write

from meshwright.cli.main import mesh
from meshwright.model.errors import NotFound

SHOP = Path(__file__).parents[1] / "data" / "corner-shop"
SQL = {"domains/shop/orders/orders.sql": "select order_id from in_0\n"}
DOMAIN = "description: The shop.\nteam: {members: [{username: tom, role: productOwner}]}\n"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write(tmp_path, {"domains/shop/domain.yaml": DOMAIN, ORDERS: product(), **SQL})


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    files = {ORDERS: product("purpos: growth"), "domains/shop/sales/product.yaml": product("tag: [a]")}
    return write(tmp_path, {**files, **SQL})


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(mesh, [*words, "--mesh", str(root)], standalone_mode=False)


def status(done: Result) -> object:
    return done.return_value or done.exit_code


def test_a_sound_mesh_is_said_to_be_one(sound: Path) -> None:
    done = run(sound, "validate")
    assert (status(done), done.stdout) == (0, "found nothing wrong\n")


@pytest.mark.parametrize("turn", ["cold", "warm"])
def test_every_problem_is_printed_and_counted(faulty: Path, turn: str) -> None:
    if turn == "warm":
        run(faulty, "validate")
    done = run(faulty, "validate")
    assert (status(done), done.stdout) == (1, "found 2 errors\n")
    told = click.unstyle(done.stderr)
    assert "error[MW0105]: there is no key `purpos` here\n  --> domains/shop/orders/product.yaml:4:1" in told
    assert "hint: did you mean `tags`?" in told


def test_a_folder_within_the_mesh_will_do(faulty: Path) -> None:
    done = CliRunner().invoke(mesh, ["validate", str(faulty / "domains" / "shop")], standalone_mode=False)
    assert done.stdout == "found 2 errors\n"


def test_problems_are_read_by_programs(faulty: Path) -> None:
    done = run(faulty, "validate", "--format", "json")
    told = json.loads(done.stdout)
    assert (status(done), told["errors"]) == (1, 2)
    assert told["diagnostics"][0] == {
        "code": "MW0105",
        "severity": "error",
        "message": "there is no key `purpos` here",
        "file": ORDERS,
        "line": 4,
        "column": 1,
        "hint": "did you mean `purpose`?",
    }


def test_products_are_listed(sound: Path) -> None:
    done = run(sound, "list")
    assert click.unstyle(done.stdout).splitlines() == [
        "ADDRESS      TYPE           PORTS     OWNER  SCHEDULE",
        "shop.orders  sourceAligned  orders@1  tom    0 * * * * UTC",
    ]


def test_products_are_listed_for_programs(sound: Path) -> None:
    assert json.loads(run(sound, "list", "--format", "json").stdout) == [
        {
            "address": "shop.orders",
            "type": "sourceAligned",
            "description": "One row per order.",
            "ports": ["orders@1"],
            "owner": "tom",
            "purpose": None,
            "schedule": "0 * * * * UTC",
            "virtual": False,
            "released": False,
        }
    ]


def test_products_that_are_left_out_are_not_forgotten(faulty: Path) -> None:
    done = run(faulty, "list")
    assert "with 2 errors: `mesh validate` shows them" in done.stderr


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns(".mesh"))


def test_what_nobody_uses_is_listed(shop: Path) -> None:
    with (shop / "mesh.yaml").open("a") as file:
        file.write("  - {name: margin, description: What is left., kpi: {formula: income less cost, owner: ben}}\n")
    assert click.unstyle(run(shop, "list", "--orphans").stdout).splitlines() == [
        "WHAT     ADDRESS         OWNER  WHY",
        "product  shop.revenue    ana    no product reads it",
        "product  shop.shelves    ana    no product reads it",
        "product  shop.suppliers  ana    no product reads it",
        "term     margin          ben    no column carries it",
    ]
    told = json.loads(run(shop, "list", "--orphans", "--domain", "shop", "--format", "json").stdout)
    assert told == [
        {"what": "product", "address": address, "owner": "ana", "reason": "no product reads it"}
        for address in ("shop.revenue", "shop.shelves", "shop.suppliers")
    ]
    assert run(shop, "list", "--orphans", "--domain", "other").stdout == "Everything is used.\n"


def test_a_column_that_nobody_reads_is_listed(shop: Path) -> None:
    sql = shop / "domains" / "shop" / "revenue" / "revenue.sql"
    sql.write_text("select 'BE' as country, count(*) * 1.5 as revenue from orders join customers using (customer_id)\n")
    lines = click.unstyle(run(shop, "list", "--orphans").stdout).splitlines()
    assert lines[1].split(maxsplit=3) == [
        "column",
        "shop.customers:customers@1.country",
        "ana",
        "its only consumer does not read it",
    ]


def test_terms_are_listed_with_how_many_columns_carry_them(shop: Path) -> None:
    assert click.unstyle(run(shop, "list", "--terms").stdout).splitlines() == [
        "TERM       TYPE    UNIT  CLASSIFICATION  COLUMNS  KPI  MEANING",
        "income     number  EUR                   1             What came in.",
        "residence                internal        1             The country where a customer lives.",
    ]
    income, _ = json.loads(run(shop, "list", "--terms", "--format", "json").stdout)
    assert (income["type"], income["columns"]) == ("number", ["shop.revenue:revenue@1.revenue"])


def test_a_mesh_without_a_glossary_says_so(sound: Path) -> None:
    assert run(sound, "list", "--terms").stdout == "The glossary is empty.\n"
    assert run(sound, "list", "--terms", "--domain", "shop").stdout == "No column of `shop` carries a term.\n"


def test_a_product_is_shown_with_the_origin_of_each_value(sound: Path) -> None:
    rows = [" ".join(line.split()) for line in click.unstyle(run(sound, "show", "shop.orders").stdout).splitlines()]
    assert "schedule.cron 0 * * * * default" in rows
    assert "team tom (productOwner) domains/shop/domain.yaml:2" in rows
    assert "outputPorts.orders@1.publish.mode merge its primary key" in rows
    assert f"order_id string key {ORDERS}:11" in rows


def test_a_product_is_shown_to_programs(sound: Path) -> None:
    told = json.loads(run(sound, "show", "shop.orders", "--format", "json").stdout)
    assert told["address"] == "shop.orders"
    assert {"key": "type", "value": "sourceAligned", "origin": "its inputs"} in told["origins"]
    assert told["product"]["outputs"][0]["tables"][0]["mode"] == "merge"


def test_a_product_with_errors_is_shown_by_its_errors(faulty: Path) -> None:
    done = run(faulty, "show", "shop.orders")
    assert status(done) == 1
    assert "purpos" in done.stderr
    assert "tag" not in done.stderr


def test_a_product_that_does_not_exist_is_guessed(sound: Path) -> None:
    done = run(sound, "show", "shop.ordres")
    assert isinstance(done.exception, NotFound)
    assert done.exception.hint == "did you mean `shop.orders`?"


def test_settings_are_shown_with_their_origin(sound: Path) -> None:
    told = {s["name"]: s["origin"] for s in json.loads(run(sound, "show", "settings", "--format", "json").stdout)}
    assert told["engine"] == "default"
