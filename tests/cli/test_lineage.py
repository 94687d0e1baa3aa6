import json
import re
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from meshwright.cli.lineage import command
from meshwright.cli.main import mesh
from meshwright.model.errors import NotFound

ROOT = Path(__file__).parents[2]
FLIGHTS, ARTGO = ROOT / "examples" / "flights", ROOT / "examples" / "artgo"
SHOP = ROOT / "tests" / "data" / "corner-shop"


@pytest.fixture(scope="module")
def flights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("meshes") / "flights"
    shutil.copytree(FLIGHTS, copy, ignore=shutil.ignore_patterns(".mesh"))
    return copy


@pytest.fixture(scope="module")
def artgo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("meshes") / "artgo"
    shutil.copytree(ARTGO, copy, ignore=shutil.ignore_patterns(".mesh"))
    return copy


def said(root: Path, *words: str) -> str:
    done = CliRunner().invoke(mesh, ["lineage", *words, "--mesh", str(root)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_product_is_a_tree_both_ways(flights):
    assert said(flights, "punctuality.route-punctuality", "--up").splitlines() == [
        "punctuality.route-punctuality",
        "",
        "comes from",
        "├─ aviation.flights",
        "└─ weather.hourly-weather",
    ]
    assert "└─ punctuality.route-punctuality" in said(flights, "weather.hourly-weather", "--down")


def test_a_port_that_goes_is_said_to_go(flights, tmp_path):
    root = shutil.copytree(flights, tmp_path / "flights", ignore=shutil.ignore_patterns(".mesh"))
    manifest = root / "domains/weather/hourly-weather/product.yaml"
    goes = "    deprecated: {until: 2027-01-01}\n"
    manifest.write_text(re.sub(r"(  - name: observations\n)", rf"\1{goes}", manifest.read_text(), count=1))
    for start in ("weather.hourly-weather", "punctuality.route-punctuality:hourly"):
        lines = said(root, start).splitlines()
        assert lines[lines.index("deprecated") + 1] == "weather.hourly-weather:observations@1 until 2027-01-01"
    (going,) = json.loads(said(root, "weather.hourly-weather", "--format", "json"))["deprecated"]
    assert going == {"port": "weather.hourly-weather:observations@1", "until": "2027-01-01T00:00:00Z", "use": None}
    assert "deprecated" not in said(root, "aviation.flights", "--up")


def test_a_column_names_the_lines_that_read_it(flights):
    text = said(flights, "aviation.flights:departures.distance_miles")
    assert "└─ aviation.daily-traffic:daily@1.miles_flown" in text
    assert "daily.sql:8  SUM(IF(status = 'cancelled', 0, distance_miles)) AS miles_flown," in text


def test_programs_read_edges(flights):
    plain = json.loads(said(flights, "weather.hourly-weather:observations", "--format", "json"))
    assert plain["up"] == []
    edge = {"from": "weather.hourly-weather:observations@1", "to": "punctuality.route-punctuality:hourly@1"}
    assert edge in plain["down"]


def test_a_column_comes_from_that_of_a_source(flights):
    text = said(flights, "aviation.flights:departures.distance_miles", "--up")
    assert "└─ aviation.flights ← " in text
    assert "read at" not in text


def test_who_reads_what_is_made_of_a_column_is_shown_too(artgo):
    text = said(artgo, "marketplace.sales:sales.price_eur", "--down").splitlines()
    (indirect,) = (line for line in text if line.startswith("domains/insight/provenance-dossier/dossiers.sql:2 "))
    assert indirect.endswith("  reads `marketplace.provenance:entries@1.price_eur`")
    assert text[-1] == (
        "A change of it would reach 3 products: "
        "insight.trending-artists, marketplace.provenance, insight.provenance-dossier."
    )


def test_a_line_that_only_decides_rows_says_so_and_depth_is_kept_to(artgo):
    text = said(artgo, "marketplace.sales:sales.sold_at", "--down", "--depth", "1")
    assert "INTERVAL 24 HOUR)  only decides rows" in text
    assert "provenance-dossier" not in text.partition("A change")[0]


def test_mermaid_draws_products_in_the_box_of_their_domain(flights):
    lines = said(flights, "punctuality.route-punctuality", "--format", "mermaid").splitlines()
    assert lines[:4] == ["flowchart LR", '    subgraph g0["aviation"]', '        n0["flights"]', "    end"]
    assert "    n0 --> n1" in lines
    assert lines[-1] == "    class n1 start"


def test_mermaid_draws_columns_in_the_box_of_their_product(artgo):
    text = said(artgo, "marketplace.sales:sales.price_eur", "--format", "mermaid")
    assert '["← orders.settled_cents"]' in text
    assert '    subgraph g0["insight.provenance-dossier"]\n        n0["dossiers@1.last_price_eur"]' in text


@pytest.mark.parametrize(
    ("address", "message", "hint"),
    [
        ("aviation.flight", "there is no product `aviation.flight`", "did you mean `aviation.flights`?"),
        ("space.ships", "there is no product `space.ships`", "`mesh list` shows all products"),
        ("aviation.flights:x", "`aviation.flights` has no port `x`", "it is `departures@1`"),
        ("aviation.flights:departure", "`aviation.flights` has no port `departure`", "did you mean `departures@1`?"),
        (
            "aviation.flights:departures@2",
            "`aviation.flights` has no port `departures@2`",
            "did you mean `departures@1`",
        ),
        (
            "aviation.flights:departures.x",
            "`aviation.flights:departures@1` has no column `x`",
            "one of `arrival_delay`",
        ),
        ("aviation.flights:departures.orign", "`aviation.flights:departures@1` has no column `orign`", "did you mean"),
    ],
)
def test_what_is_not_there_is_said(flights, address, message, hint):
    with pytest.raises(NotFound) as refused:
        command.main([address, "--mesh", str(flights)], standalone_mode=False)
    assert refused.value.message == message
    assert refused.value.hint.startswith(hint)


@pytest.mark.parametrize("words", [[], ["a.b", "--personal", "--up"], ["--personal", "--depth", "2"]])
def test_words_that_make_no_question_are_refused(flights, words):
    with pytest.raises((click.UsageError, NotFound)):
        command.main([*words, "--mesh", str(flights)], standalone_mode=False)


@pytest.mark.parametrize(("words", "told"), [("orders", True), ("orders.amount", True), ("orders@1", False)])
def test_which_of_several_majors_was_taken_is_said_to_people_alone(tmp_path, words, told):
    shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns(".mesh"))
    manifest = tmp_path / "shop/domains/shop/orders/product.yaml"
    head, port = manifest.read_text().split("outputPorts:\n")
    manifest.write_text(f"{head}outputPorts:\n{port}{port.replace('1.0.0', '2.0.0')}")
    done = CliRunner().invoke(mesh, ["lineage", f"shop.orders:{words}", "--mesh", str(tmp_path / "shop")])
    assert done.stdout.startswith(f"shop.orders:orders@{2 if told else 1}")
    assert ("`shop.orders:orders@2` is the newest; `@1` is served, too" in done.stderr) == told


def test_of_many_whom_a_change_would_reach_the_first_are_named(tmp_path):
    shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns(".mesh"))
    revenue = tmp_path / "shop/domains/shop/revenue"
    for number in range(10):
        shutil.copytree(revenue, revenue.with_name(f"revenue-{number}"))
    text = said(tmp_path / "shop", "shop.orders:orders.amount", "--down").splitlines()[-1]
    assert text.startswith("A change of it would reach 11 products: shop.revenue, shop.revenue-0, ")
    assert text.endswith(", shop.revenue-6 and 3 more.")
    plain = json.loads(said(tmp_path / "shop", "shop.orders:orders.amount", "--down", "--format", "json"))
    assert len(plain["impact"]) == 11


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corner shop, whose customers' addresses are offered, counted by country, and joined on."""
    copy = tmp_path_factory.mktemp("meshes") / "shop"
    shutil.copytree(SHOP, copy, ignore=shutil.ignore_patterns(".mesh"))
    customers, revenue = copy / "domains/shop/customers", copy / "domains/shop/revenue"
    more = "            - {name: contact, logicalType: string, description: Where mail reaches them.}\n"
    with (customers / "product.yaml").open("a") as file:
        file.write(more)
    (customers / "customers.sql").write_text("select customer_id, country, email as contact from accounts\n")
    known = "            - {name: known, logicalType: integer, classification: public, description: With mail.}\n"
    manifest = (revenue / "product.yaml").read_text()
    (revenue / "product.yaml").write_text(manifest.replace("    columns: {", f"{known}    columns: {{"))
    (revenue / "revenue.sql").write_text(
        "select country, sum(amount) as revenue, count(contact) as known\n"
        "from orders join customers using (customer_id) group by country\n"
    )
    return copy


def test_personal_data_are_followed_through_the_whole_mesh(shop):
    assert said(shop, "--personal").splitlines() == [
        "shop.customers ← accounts.email",
        "└─ shop.customers:customers@1.contact  does not say so",
        "   └─ shop.revenue:revenue@1.known  public: not followed further",
        "",
        "Personal data come in by 1 column and flow into 1 column, which does not say so.",
    ]


def test_personal_data_are_followed_through_an_address(shop):
    assert "accounts.email" in said(shop, "shop.revenue:revenue.known", "--personal")
    assert said(shop, "shop.revenue:revenue.country", "--personal") == (
        "No personal data come into `shop.revenue:revenue@1.country`.\n"
    )


def test_programs_read_the_path_of_personal_data(shop):
    (flow,) = json.loads(said(shop, "--personal", "--format", "json"))
    assert flow["columns"][1] == {
        "address": "shop.revenue:revenue@1.known",
        "classification": "public",
        "says": "otherwise",
        "mask": None,
        "path": [
            "shop.customers ← accounts.email",
            "shop.customers:customers@1.contact",
            "shop.revenue:revenue@1.known",
        ],
    }


def test_mermaid_marks_what_does_not_say_that_it_is_personal(shop):
    lines = said(shop, "--personal", "--format", "mermaid").splitlines()
    assert '        n0["← accounts.email"]' in lines
    assert "    class n1 nothing" in lines


def test_personal_data_that_only_decide_rows_are_listed(tmp_path, shop):
    shutil.copytree(shop, tmp_path / "shop", ignore=shutil.ignore_patterns(".mesh"))
    customers = tmp_path / "shop" / "domains/shop/customers/customers.sql"
    customers.write_text("select customer_id, country, country as contact\nfrom accounts where email is not null\n")
    assert said(tmp_path / "shop", "--personal").splitlines() == [
        "shop.customers ← accounts.email",
        "only decide which rows there are, at",
        "   domains/shop/customers/customers.sql:2  from accounts where email is not null",
        "",
        "Personal data come in by 1 column and flow into none.",
    ]
