"""The shapes of the manifests, for editors: they take what is right, and catch what is mistyped."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from tests.examples.running import EXAMPLES

from meshwright.actions.new import editor_schemas
from meshwright.cli.main import mesh
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file

MANIFESTS = sorted(
    p for e in ("artgo", "flights") for p in [EXAMPLES / e / "mesh.yaml", *(EXAMPLES / e).glob("domains/**/*.yaml")]
)
FLIGHTS = EXAMPLES / "flights" / "domains" / "aviation" / "flights" / "product.yaml"


def plain(manifest: Path) -> dict[str, Any]:
    document = read_file(manifest, manifest.name, Problems())
    assert document is not None
    value: dict[str, Any] = document.value
    return value


def wrong(kind: str, value: object) -> list[str]:
    """Return where a document is not as an editor expects it."""
    validator = jsonschema_rs.validator_for(json.loads(editor_schemas()[kind]))
    return ["/".join(map(str, error.instance_path)) for error in validator.iter_errors(value)]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda p: str(p.relative_to(EXAMPLES)))
def test_an_editor_has_nothing_against_the_examples(manifest: Path) -> None:
    assert wrong(manifest.stem, plain(manifest)) == []


@pytest.mark.parametrize(
    ("at", "key", "value"),
    [
        ((), "inputPrts", []),
        ((), "kind", "Product"),
        ((), "description", "a text"),
        ((), "team", None),
        (("outputPorts", 0), "verison", "1.0.0"),
        (("outputPorts", 0), "version", "1.0"),
        (("outputPorts", 0, "contract", "schema", 0, "properties", 0), "logicalType", "text"),
        (("outputPorts", 0, "contract", "schema", 0, "properties", 0), "required", "yes"),
        (("outputPorts", 0, "slo", "freshness"), "maxAge", "2 hours"),
        (("inputPorts", 0, "source"), "block", "file"),
    ],
    ids=str,
)
def test_what_is_mistyped_is_caught_where_it_is(at: tuple[str | int, ...], key: str, value: object) -> None:
    document: Any = plain(FLIGHTS)
    inner = document
    for part in at:
        inner = inner[part]
    inner[key] = value
    found = wrong("product", document)
    assert found
    assert any(path.startswith("/".join(map(str, at))) for path in found)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        pytest.param("mesh", {"policies": {"documnted": {"severity": "error"}}}, id="no such policy"),
        pytest.param("mesh", {"policies": {"documented": {"severity": "fatal"}}}, id="no such severity"),
        pytest.param("mesh", {"currency": "euro"}, id="no currency"),
        pytest.param("mesh", {"glossary": [{"name": "margin", "description": "Left.", "type": "number"}]}, id="no key"),
        pytest.param("mesh", {"glossary": [{"name": "margin"}]}, id="a term that means nothing"),
        pytest.param("mesh", {"communities": [{"name": "pricing", "lead": ["nadia"]}]}, id="no one lead"),
        pytest.param("domain", {"type": "aggregated"}, id="no such type"),
    ],
)
def test_what_is_mistyped_above_products_is_caught(kind: str, says: dict[str, object]) -> None:
    whole = {"name": "tiny"} if kind == "mesh" else {}
    assert wrong(kind, whole) == []
    assert wrong(kind, whole | says)


def test_every_key_is_explained_in_the_editor() -> None:
    unexplained = []
    for kind, text in editor_schemas().items():
        schema = json.loads(text)
        shapes = {kind: schema, **schema["$defs"]}
        for name, shape in shapes.items():
            for key, told in shape.get("properties", {}).items():
                refers = (
                    told.get("$ref")
                    or told.get("items", {}).get("$ref")
                    or told.get("oneOf")
                    or told.get("patternProperties")
                )
                if not told.get("description") and not refers:
                    unexplained.append(f"{name}.{key}")
    assert unexplained == []


def export(*words: str) -> Result:
    return CliRunner().invoke(mesh, ["export", "jsonschema", *words], catch_exceptions=False, standalone_mode=True)


def test_one_document_is_printed() -> None:
    assert json.loads(export("product").stdout) == json.loads(editor_schemas()["product"])


def test_all_are_written_anew_into_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mesh.json").write_text("{}")
    assert [Path(p).name for p in export("--into", str(tmp_path)).stdout.split()] == [
        f"{k}.json" for k in editor_schemas()
    ]
    assert {p.stem: p.read_text() for p in tmp_path.iterdir()} == dict(editor_schemas())


@pytest.mark.parametrize("words", [(), ("product", "--into", "x")])
def test_it_is_said_what_is_wanted(words: tuple[str, ...]) -> None:
    done = export(*words)
    assert done.exit_code == 2
    assert "which DOCUMENT to print" in done.stderr
