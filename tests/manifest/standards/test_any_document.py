"""Whatever a file of a standard holds, it is judged: no exception, and no refusal without a reason."""

import string
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.manifest.standards.samples import HEAD

from meshwright.manifest.product.contract import contracts
from meshwright.manifest.standards.block import block
from meshwright.manifest.standards.contract_file import ContractFile
from meshwright.manifest.standards.lint import lint
from meshwright.manifest.standards.official import VERSIONS, Standard, schema
from meshwright.manifest.standards.service_levels import held
from meshwright.manifest.standards.structure import valid_version
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document, read_yaml
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.product import OutputPort

EXAMPLES = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
DEFINED: dict[str, Any] = schema(Standard.ODCS, "v3.1.0")["$defs"]
KEYS = sorted(
    {key for shape in DEFINED.values() for key in shape.get("properties", ())} | {"schema", "team", "servers"}
)
WORDS = [
    "library",
    "sql",
    "custom",
    "text",
    "postgres",
    "string",
    "array",
    "object",
    "rowCount",
    "nullValues",
    "t",
    "t.c",
]
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(WORDS)
    | st.text(string.printable, max_size=5)
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
)
HEADS = st.fixed_dictionaries(
    {"kind": st.just("DataContract"), "id": st.just("x"), "version": st.just("1.0.0"), "status": st.just("active")},
    optional={"apiVersion": st.sampled_from([*VERSIONS[Standard.ODCS], "v2.2.2", 3, None])},
)
CHECKS = st.dictionaries(
    st.sampled_from(sorted({*DEFINED["DataQuality"]["properties"], "metric", "mustBe", "rule"})), SCALARS
)
COLUMNS = st.fixed_dictionaries(
    {"name": st.sampled_from(["a", "b", "c d"])},
    optional={
        "logicalType": SCALARS,
        "physicalType": SCALARS,
        "quality": st.lists(CHECKS, max_size=2),
        "items": ANYTHING,
    },
)
TABLES = st.fixed_dictionaries(
    {"name": st.sampled_from(["t", "u"])},
    optional={"properties": st.lists(COLUMNS, max_size=3), "quality": st.lists(CHECKS, max_size=2), "tags": ANYTHING},
)


def judged(document: Document) -> Problems:
    """Do with a document all that is done with a contract."""
    problems = Problems()
    version = valid_version(document, Standard.ODCS, problems)
    assert (version is None) == problems.stop
    if version is not None:
        lint(document, problems)
        found = ContractFile(version, document.value, document.root)
        read = block(found, problems)
        held(found, OutputPort("x", "1.0.0", ()), problems)
        if read is not None:
            contracts(read, document.root, problems)
    return problems


def read(text: str) -> Document:
    problems = Problems()
    document = read_yaml(Text("x.odcs.yaml", text), problems, foreign=True)
    assert document is not None, problems.found
    return document


@EXAMPLES
@given(HEADS, st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=4))
def test_any_structure_is_judged(head: dict[str, Any], rest: dict[str, Any]) -> None:
    for found in judged(read(yaml_text({**rest, **head}))).found:
        assert found.message
        assert found.at.line >= 1


@EXAMPLES
@given(HEADS, st.lists(TABLES, max_size=2))
def test_what_is_nearly_a_contract_is_judged(head: dict[str, Any], tables: list[Any]) -> None:
    judged(read(yaml_text({"apiVersion": "v3.1.0", **head, "schema": tables})))


@EXAMPLES
@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    problems = Problems()
    document = read_yaml(Text("x.odcs.yaml", text), problems, foreign=True)
    if document is not None:
        judged(document)


def test_numbers_that_json_does_not_have_are_told() -> None:
    assert [d.message for d in judged(read(f"{HEAD}price: {{priceAmount: .nan}}\n")).found]


def test_a_number_of_many_digits_is_a_number() -> None:
    found = judged(read(f"{HEAD}price: {{priceAmount: {'9' * 90}}}\n")).found
    assert [d.code for d in found] == ["MW0607", "MW0610"]
