"""A folder becomes a mesh: all of it, or a diagnostic for every part that does not."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.manifest.samples import ORDERS, SOURCE, product, write

from meshwright.manifest.environments import environments
from meshwright.manifest.load import load
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Severity
from meshwright.model.mesh import Environment, Prices

WORDS = ("name", "kind", "inputPorts", "outputPorts", "contract", "schema", "properties", "quality", "slo", "version")
GROUP = "projects/shop/locations/eu/entryGroups/mesh"
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=15,
)
IN_ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def test_twelve_lines_are_a_product(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "manifest.md").read_text()
    example = page.split("```yaml\n", 1)[1].split("```", 1)[0]
    assert len(example.splitlines()) <= 12
    loaded = load(write(tmp_path, {"domains/marketplace/domain.yaml": "description: Sales.", ORDERS: example}))
    assert loaded.diagnostics == ()
    assert [str(p.address) for p in loaded.mesh.products] == ["shop.orders"]


def test_a_bad_file_never_hides_the_others(tmp_path: Path) -> None:
    files = {f"domains/shop/bad-{n}/product.yaml": "kind: [" for n in range(3)}
    loaded = load(write(tmp_path, {**files, "domains/crm/domain.yaml": "\t", ORDERS: product()}))
    assert [d.at.file for d in loaded.diagnostics] == ["domains/crm/domain.yaml", *files]
    assert [str(p.address) for p in loaded.mesh.products] == ["shop.orders"]


def test_diagnostics_are_in_the_order_of_their_places(tmp_path: Path) -> None:
    files = {f"domains/shop/{n}/product.yaml": product("purpos: x\ntag: y") for n in ("b", "a", "c")}
    found = load(write(tmp_path, files)).diagnostics
    assert list(found) == sorted(found)
    assert len(found) == 6


def test_a_product_that_reads_one_with_errors_is_not_blamed(tmp_path: Path) -> None:
    report = product(inputs=("from: shop.orders:orders@1",))
    loaded = load(write(tmp_path, {ORDERS: "kind: x", "domains/shop/report/product.yaml": report}))
    assert {d.at.file for d in loaded.diagnostics} == {ORDERS}
    assert [str(p.address) for p in loaded.mesh.products] == ["shop.report"]


def test_a_product_with_a_dangling_input_is_left_out(tmp_path: Path) -> None:
    report = product(inputs=("from: shop.orders:orders@2",))
    loaded = load(write(tmp_path, {ORDERS: product(), "domains/shop/report/product.yaml": report}))
    assert [str(p.address) for p in loaded.mesh.products] == ["shop.orders"]
    assert set(loaded.origins) == {ProductAddress("shop", "orders")}


def test_a_warning_leaves_a_product_in(tmp_path: Path) -> None:
    loaded = load(write(tmp_path, {ORDERS: product(), "domains/shop/orders/odrers.sql": "select 1"}))
    assert [d.severity for d in loaded.diagnostics] == [Severity.WARNING]
    assert len(loaded.mesh.products) == 1


def test_an_empty_folder_is_a_mesh_without_its_file(tmp_path: Path) -> None:
    loaded = load(tmp_path)
    assert [d.code for d in loaded.diagnostics] == ["MW0101"]
    assert loaded.mesh.products == ()


def test_environments_are_read_alone_as_they_are_read_with_all(tmp_path: Path) -> None:
    replay = "{engine: duckdb, since: 2013-01-01, until: 2013-01-04}"
    priced = f"{{prices: {{hour: 0.045, tebibyte: 6.25}}, region: eu, catalog: {GROUP}}}"
    text = f"name: tiny\ncurrency: EUR\nenvironments:\n  local: {{since: 3h}}\n  priced: {priced}\n  replay: {replay}\n"
    root = write(tmp_path, {"mesh.yaml": text})
    first, last = datetime(2013, 1, 1, tzinfo=UTC), datetime(2013, 1, 4, tzinfo=UTC)
    expected = (
        Environment("local", since=timedelta(hours=3)),
        Environment("priced", prices=Prices(Decimal("0.045"), Decimal("6.25")), catalog=GROUP, region="eu"),
        Environment("replay", since=first, until=last),
    )
    assert environments(root) == load(root).mesh.environments == expected


@pytest.mark.parametrize("text", ["", "[", "environments: 3", "name: [1]"])
def test_asking_for_environments_never_fails(tmp_path: Path, text: str) -> None:
    assert environments(write(tmp_path, {"mesh.yaml": text})) == ()


@pytest.mark.parametrize("prices", ["{hour: dear}", "{hour: true}", "{hour: .nan}", "3", "{minute: 1}"])
def test_a_price_that_cannot_be_read_is_none_and_is_told(tmp_path: Path, prices: str) -> None:
    root = write(tmp_path, {"mesh.yaml": f"name: tiny\ncurrency: EUR\nenvironments: {{local: {{prices: {prices}}}}}\n"})
    assert environments(root) == (Environment("local"),)
    assert load(root).diagnostics != ()


def test_prices_say_of_which_currency_they_are(tmp_path: Path) -> None:
    root = write(tmp_path, {"mesh.yaml": "name: tiny\nenvironments: {local: {prices: {hour: 1}}}\n"})
    assert [d.message for d in load(root).diagnostics] == ["the prices do not say of which currency"]


def test_an_environment_whose_times_cannot_be_read_is_declared_all_the_same(tmp_path: Path) -> None:
    root = write(tmp_path, {"mesh.yaml": "environments: {local: {since: soon, data: here}}"})
    assert environments(root) == (Environment("local", data="here"),)


@IN_ONE_FOLDER
@given(mesh=st.binary(max_size=40), domain=st.binary(max_size=40), manifest=st.binary(max_size=80))
def test_any_bytes_give_diagnostics_never_an_exception(
    tmp_path: Path, mesh: bytes, domain: bytes, manifest: bytes
) -> None:
    files = {"mesh.yaml": mesh, "domains/shop/domain.yaml": domain, ORDERS: manifest}
    assert load(write(tmp_path, files)).diagnostics != ()


@IN_ONE_FOLDER
@given(PLAIN)
def test_any_structure_gives_diagnostics_never_an_exception(tmp_path: Path, value: object) -> None:
    text = yaml.safe_dump(value)
    assert load(write(tmp_path, {"mesh.yaml": text, "domains/shop/domain.yaml": text, ORDERS: text})).diagnostics != ()


@IN_ONE_FOLDER
@given(line=st.integers(0, 40), column=st.integers(0, 60), junk=st.text(max_size=4))
def test_a_manifest_with_something_typed_into_it_never_raises(
    tmp_path: Path, line: int, column: int, junk: str
) -> None:
    lines = product("purpose: growth", inputs=(SOURCE, "from: shop.other:x@1")).splitlines()
    number = line % len(lines)
    lines[number] = lines[number][:column] + junk + lines[number][column:]
    text = "\n".join(lines).encode("utf-8", "surrogatepass")
    load(write(tmp_path, {ORDERS: text}))


ABOVE = {
    "mesh.yaml": """name: tiny
organisation: {name: Tiny, contact: a@tiny.example}
currency: EUR
people: [{username: nadia}, {username: tom}]
purposes: [{name: growth, director: nadia, budget: 100.5}]
communities: [{name: pricing, lead: tom, members: [nadia]}]
glossary:
  - {name: margin, description: What is left., logicalType: number, kpi: {formula: a - b, owner: tom, target: 3}}
policies: {owned: {severity: warning}}
""",
    "domains/shop/domain.yaml": """description: The shop.
parent: trade
type: aggregate
policies: {documented: {severity: error}}
slo: {freshness: {maxAge: 2h, objective: 99%}}
""",
    "domains/trade/domain.yaml": "description: All of it.\nsteward: nadia\nparent: all\n",
    "domains/all/domain.yaml": "description: All.\n",
    ORDERS: product(port="columns: {order_id: {term: margin}, orders.order_id: {}}"),
}


@IN_ONE_FOLDER
@given(
    file=st.sampled_from(sorted(ABOVE)), line=st.integers(0, 20), column=st.integers(0, 60), junk=st.text(max_size=4)
)
def test_what_stands_above_products_with_something_typed_into_it_never_raises(
    tmp_path: Path, file: str, line: int, column: int, junk: str
) -> None:
    lines = ABOVE[file].splitlines()
    number = line % len(lines)
    lines[number] = lines[number][:column] + junk + lines[number][column:]
    load(write(tmp_path, {**ABOVE, file: "\n".join(lines).encode("utf-8", "surrogatepass")}))


def test_a_file_of_another_encoding_is_a_diagnostic_at_its_line(tmp_path: Path) -> None:
    (found,) = load(write(tmp_path, {ORDERS: "kind: DataProduct\ntags: [café]\n".encode("latin-1")})).diagnostics
    assert (str(found.at), found.message) == (f"{ORDERS}:2:1", "the file is not UTF-8")


def test_a_diagnostic_does_not_play_with_the_terminal(tmp_path: Path) -> None:
    manifest = product('type: "\\e]0;owned\\a"\ntags: ["\x1b[31m"]').encode()
    (first, *_) = load(write(tmp_path, {ORDERS: manifest.replace(b'\ntags: ["\x1b[31m"]', b"")})).diagnostics
    (second,) = load(write(tmp_path, {ORDERS: manifest})).diagnostics
    assert first.message == "`type` cannot be `\ufffd]0;owned\ufffd`"
    assert second.at.text == 'tags: ["\ufffd[31m"]'
