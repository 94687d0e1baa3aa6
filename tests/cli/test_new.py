"""What `mesh new` writes is sound and runs as it is, before anybody has given access to anything."""

import json
import os
import pty
import re
import resource
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from meshwright.actions.new import BLOCKS
from meshwright.cli.main import mesh
from meshwright.manifest.template import read_template
from meshwright.model.errors import MeshError, NotFound, Refused
from meshwright.workspace.shipped import shipped

TEMPLATES = shipped("templates")
HEADINGS = ["What it writes", "What it asks", "What it needs", "Example"]
READS = ["from=shop.visits:visits"]
ANSWERS = {"kafka": ["registry=shop-schemas"], "sql": READS, "ledger": READS}


def said(*words: str) -> Result:
    return CliRunner().invoke(mesh, words, catch_exceptions=False, standalone_mode=False)


def written(*words: str) -> list[str]:
    return list(json.loads(said("new", *words, "--format", "json").stdout)["written"])


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new mesh with a domain and a product, and the reader in it."""
    monkeypatch.chdir(tmp_path)
    said("new", "mesh", "corner-shop")
    monkeypatch.chdir(tmp_path / "corner-shop")
    said("new", "domain", "shop")
    said("new", "product", "shop.visits")
    return tmp_path / "corner-shop"


def sound() -> bool:
    return said("validate").stdout == "found nothing wrong\n"


def test_a_new_mesh_is_sound_from_its_first_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert written("mesh", "corner-shop")[:2] == [".gitignore", "mesh.yaml"]
    monkeypatch.chdir(tmp_path / "corner-shop")
    assert sound()
    assert written("domain", "shop") == ["domains/shop/domain.yaml"]
    assert sound()


@pytest.mark.parametrize("block", ["files", "database", "http", "kafka", "sql", "ledger"])
def test_a_new_product_is_sound_and_runs_on_made_up_inputs(root: Path, block: str) -> None:
    files = written("product", "shop.orders", "--template", block, *ANSWERS.get(block, []))
    assert files == [f"domains/shop/orders/{name}" for name in ("product.yaml", "orders.sql")]
    assert sound()
    (run,) = json.loads(said("run", "shop.orders", "--format", "json").stdout)
    assert run["publish"]["synthetic"] is True
    assert [table["rows"] for table in run["publish"]["tables"]] == [100]
    assert all(check["passed"] for check in run["checks"])


def test_who_reads_a_new_virtual_product_runs_before_its_store_is_there(root: Path) -> None:
    assert written("product", "shop.stock", "--template", "virtual") == ["domains/shop/stock/product.yaml"]
    said("new", "product", "shop.report", "--template", "sql", "from=shop.stock:stock")
    assert sound()
    (run,) = json.loads(said("run", "shop.report", "--format", "json").stdout)
    assert run["publish"]["synthetic"] is True


def test_a_new_virtual_product_runs_on_its_store(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said("new", "product", "shop.stock", "--template", "virtual")
    with duckdb.connect(str(root / "store.duckdb")) as store:
        store.execute("CREATE TABLE stock (id VARCHAR, happened_at TIMESTAMPTZ, amount DOUBLE)")
        store.execute("INSERT INTO stock VALUES ('tea', now(), 3)")
    monkeypatch.setenv("MESH_CONN_SHOP_STORE", f"duckdb:///{root}/store.duckdb")
    (run,) = json.loads(said("run", "shop.stock", "--format", "json").stdout)
    assert all(check["passed"] for check in run["checks"])


def test_a_product_of_another_ones_port_keeps_what_is_known_of_its_columns(root: Path) -> None:
    manifest = root / "domains/shop/visits/product.yaml"
    text = manifest.read_text()
    told = """            - name: amount
              description: 'What: in "euro".'
              classification: personal
"""
    manifest.write_text(text.replace("            - name: amount\n", told))
    said("new", "product", "shop.copy", "--template", "sql", "from=shop.visits:visits@1")
    copy = (root / "domains/shop/copy/product.yaml").read_text()
    assert 'description: "What: in \\"euro\\"."' in copy
    assert "classification: personal" in copy
    assert sound()


def test_a_ledger_is_chained_in_the_order_of_a_time_that_is_always_there(root: Path) -> None:
    manifest = root / "domains/shop/visits/product.yaml"
    promised = "            - name: happened_at\n              logicalType: timestamp\n"
    manifest.write_text(manifest.read_text().replace(promised, f"{promised}              required: true\n"))
    said("new", "product", "shop.book", "--template", "ledger", *READS)
    shown = json.loads(said("show", "shop.book", "--format", "json").stdout)
    (table,) = shown["product"]["outputs"][0]["tables"]
    assert [(c["name"], c.get("primary_key", False)) for c in table["contract"]["columns"]] == [
        ("happened_at", True),
        ("id", True),
        ("amount", False),
    ]


def test_a_product_of_one_of_several_tables_reads_it_by_name(root: Path) -> None:
    folder = root / "domains/shop/visits"
    manifest = folder / "product.yaml"
    more = "      schema:\n        - name: more\n          properties: [{name: id, logicalType: string}]\n"
    before, _, after = manifest.read_text().rpartition("      schema:\n")
    manifest.write_text(before + more + after)
    (folder / "visits.sql").rename(folder / "visits.visits.sql")
    (folder / "visits.more.sql").write_text("SELECT 'a' AS id FROM source")
    with pytest.raises(NotFound, match="several tables") as refused:
        said("new", "product", "shop.copy", "--template", "sql", "from=shop.visits:visits")
    assert refused.value.hint == "write `shop.visits:visits@1.more` or `shop.visits:visits@1.visits`"
    said("new", "product", "shop.copy", "--template", "sql", "from=shop.visits:visits.more")
    assert "FROM visits.more\n" in (root / "domains/shop/copy/copy.sql").read_text()
    assert sound()


@pytest.mark.parametrize(
    "answer", ["yes", "A: b", "# c", "it's", 'say "x"', "{{ product }}", "\u00e9t\u00e9 {a}", "1", "- x", "a\nb"]
)
def test_any_answer_is_text_in_the_manifest(root: Path, answer: str) -> None:
    said("new", "product", "shop.orders", f"purpose={answer}")
    assert sound()
    shown = json.loads(said("show", "shop.orders", "--format", "json").stdout)
    assert shown["product"]["description"] == answer


@pytest.mark.parametrize("name", ["artgo", "flights"])
def test_an_example_is_copied_and_is_sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    files = written("mesh", "mine", "--example", name)
    assert {"mesh.yaml", "simulator.py", "schemas/product.json"} <= set(files)
    assert not [f for f in files if ".mesh" in f or "__pycache__" in f]
    monkeypatch.chdir(tmp_path / "mine")
    assert sound()


def test_nothing_is_ever_written_over(root: Path) -> None:
    sql = root / "domains/shop/orders/orders.sql"
    sql.parent.mkdir()
    sql.write_text("SELECT 1")
    with pytest.raises(Refused, match=r"`domains/shop/orders/orders\.sql` exists already"):
        said("new", "product", "shop.orders")
    assert sql.read_text() == "SELECT 1"
    assert not (root / "domains/shop/orders/product.yaml").exists()
    with pytest.raises(Refused, match="exists already"):
        said("new", "domain", "shop")


def test_where_there_is_no_room_no_half_of_a_file_is_left(root: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            said("new", "product", "shop.orders")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not any(p.is_file() for p in (root / "domains/shop/orders").iterdir())
    said("new", "product", "shop.orders")


def test_a_mesh_is_not_written_over_by_an_example(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root.parent)
    for words in ((), ("--example", "flights")):
        with pytest.raises(Refused, match="exists already"):
            said("new", "mesh", "corner-shop", *words)


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        (["mesh", "Shop"], "`Shop` cannot be a name", "lower-case"),
        (["mesh", "../shop"], "`../shop` cannot be a name", "lower-case"),
        (["mesh", "x", "--example", "artgoo"], "there is no example `artgoo`", "did you mean `artgo`?"),
        (["domain", "a/b"], "`a/b` cannot be a name", "lower-case"),
        (["product", "shp.orders"], "there is no domain `shp`", "did you mean `shop`?"),
        (["product", "sales.orders"], "there is no domain `sales`", "`mesh new domain sales`"),
        (["product", "orders"], "`orders` is not an address", "write `domain.product`: of which domain is `orders`?"),
        (["product", "shop.orders", "columms=a"], "does not ask for `columms`", "did you mean `columns`?"),
        (["product", "shop.orders", "columns=a:txt"], "there is no type `txt`", "one of"),
        (["product", "shop.orders", "columns=a b"], "`a b` is not a column", "write `name`"),
        (["product", "shop.orders", "columns=a,A"], "a column is there twice", "a name of its own"),
        (["product", "shop.orders", "format=xml"], "`format` cannot be `xml`", "one of"),
        (["product", "shop.orders", "--template", "sql"], "nobody answers `from`", "say `from=…`"),
        (
            ["product", "shop.orders", "--template", "sql", "from=shop.visit:visits"],
            "there is no output port `shop.visit:visits`",
            "did you mean `shop.visits:visits@1`?",
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_what_cannot_be_made_is_said_with_a_way_out(root: Path, words: list[str], message: str, hint: str) -> None:
    before = sorted(root.parent.rglob("*"))
    with pytest.raises(MeshError) as refused:
        said("new", *words)
    assert message in refused.value.message
    assert hint in refused.value.hint
    assert sorted(p for p in root.parent.rglob("*") if ".mesh" not in p.parts) == [
        p for p in before if ".mesh" not in p.parts
    ]


def test_answers_come_from_a_file(root: Path) -> None:
    (root / "answers.yaml").write_text("purpose: One row per order.\ncolumns: order_id, price:number\nevery: 1d\n")
    said("new", "product", "shop.orders", "--answers", "answers.yaml", "purpose=One order.")
    manifest = (root / "domains/shop/orders/product.yaml").read_text()
    assert "purpose: One order." in manifest
    assert "every: 1d" in manifest
    assert sound()


def test_a_mistake_in_the_answers_is_shown_where_it_is(root: Path) -> None:
    (root / "answers.yaml").write_text("purpose: One row per order.\ncolumms: order_id\nformat: [csv]\n")
    done = said("new", "product", "shop.orders", "--answers", "answers.yaml")
    assert done.return_value == 1
    assert "answers.yaml:2:1" in done.stderr
    assert "did you mean `columns`?" in done.stderr
    assert "`format` must be a single value" in done.stderr
    assert not (root / "domains/shop/orders").exists()


def test_an_answer_that_no_manifest_takes_is_shown_where_it_was_written(root: Path) -> None:
    done = said("new", "product", "shop.orders", "every=often")
    assert done.return_value == 1
    assert "`often` is not a length of time" in done.stderr


def conversation(root: Path, *lines: str) -> str:
    """Run `mesh new product` on a terminal of its own, type these lines, and return all that was shown."""
    ours, theirs = pty.openpty()
    command = [Path(sys.executable).with_name("mesh"), "new", "product", "shop.orders"]
    with subprocess.Popen(command, cwd=root, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in lines).encode())
        shown = b"".join(_until_the_end(ours))
    assert process.returncode == 0, shown.decode()
    return shown.decode()


def _until_the_end(terminal: int) -> Iterator[bytes]:
    waiting = select.poll()  # unlike `select`, of any number of open files
    waiting.register(terminal, select.POLLIN)
    while waiting.poll(60_000):
        try:
            yield os.read(terminal, 4096)
        except OSError:  # how a terminal says that nobody is at its other end
            return


def test_a_person_is_asked_and_asked_again(root: Path) -> None:
    shown = conversation(root, "database", "One row per order.", "", "", "", "a:txt", "order_id, price:number", "", "")
    assert "What is one row?" in shown
    assert "there is no type `txt`" in shown
    manifest = (root / "domains/shop/orders/product.yaml").read_text()
    assert "purpose: One row per order." in manifest
    assert "cursor" not in manifest
    assert sound()


@pytest.mark.parametrize("name", sorted(p.name for p in TEMPLATES.iterdir() if p.is_dir()))
def test_a_templates_page_has_its_headings_and_every_question(name: str) -> None:
    page = (TEMPLATES / name / "README.md").read_text()
    template = read_template(TEMPLATES / name)
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == HEADINGS
    assert re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE) == [(q.name, q.asks) for q in template.questions]
    assert template.description in page
    assert f"| [{name}]({name}) | {template.description} |" in (TEMPLATES / "README.md").read_text()


def test_the_examples_of_all_templates_work_one_after_the_other(tmp_path: Path) -> None:
    folder = tmp_path
    here = str(Path(sys.executable).parent)
    for name in ("mesh", "domain", *BLOCKS):
        example = re.search(r"```sh\n(.*?)```", (TEMPLATES / name / "README.md").read_text(), re.DOTALL)
        assert example is not None
        environment = {**os.environ, "PATH": f"{here}:{os.environ['PATH']}"}
        subprocess.run(["bash", "-ec", example[1]], cwd=folder, env=environment, check=True, stdin=subprocess.DEVNULL)
        folder = tmp_path / "corner-shop"
    done = subprocess.run([f"{here}/mesh", "validate"], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stdout == "found nothing wrong\n"


def test_a_manifest_leads_its_editor_to_the_shapes(root: Path) -> None:
    for manifest in root.rglob("*.yaml"):
        (schema,) = re.findall(r"^# yaml-language-server: \$schema=(.*)$", manifest.read_text(), re.MULTILINE)
        assert (manifest.parent / schema).resolve() == root / "schemas" / f"{manifest.stem}.json"
        assert (manifest.parent / schema).is_file()


def test_there_is_no_template_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not a template"):
        read_template(tmp_path)
