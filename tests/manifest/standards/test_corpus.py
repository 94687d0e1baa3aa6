"""Contracts that others wrote: our verdict is the official schema's, and what makes no sense is refused."""

from pathlib import Path

import pytest
from tests.corpus import ABSENT, Row, rows

from meshwright.manifest.standards.contract_file import read_contract
from meshwright.manifest.standards.official import VERSIONS, Standard
from meshwright.manifest.standards.structure import valid_version
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file

CONTRACTS = rows("DataContract")
READ = [r for r in CONTRACTS if r.version in VERSIONS[Standard.ODCS]]
STRICTER = {
    "bitol-io__open-data-contract-standard__docs__examples__references__relationships.odcs.yaml": "MW0605",
    "datacontract__datacontract-cli__tests__fixtures__catalog__datacontract-2.odcs.yaml": "MW0607",
    "pypi__open-data-contract-standard-3.2.0__tests__fixtures__all-new-fields-v3.2.0.odcs.yaml": "MW0605",
}
"""Valid by their schema, not meant to be refused, and wrong all the same: two refer to columns that they do not have,
one has an array of nobody knows what, just as one of the intended negatives does."""

pytestmark = pytest.mark.skipif(not CONTRACTS, reason=ABSENT)


def verdict(path: Path) -> tuple[str | None, Problems]:
    problems = Problems()
    document = read_file(path, path.name, problems, foreign=True)
    return (None if document is None else valid_version(document, Standard.ODCS, problems)), problems


@pytest.mark.parametrize("row", READ, ids=lambda r: r.name)
def test_our_verdict_is_that_of_the_official_schema(row: Row) -> None:
    assert (verdict(row.path)[0] is not None) == row.valid


@pytest.mark.parametrize("row", [r for r in CONTRACTS if r not in READ], ids=lambda r: r.name)
def test_versions_that_are_not_read_are_refused_by_name(row: Row) -> None:
    version, problems = verdict(row.path)
    assert version is None
    assert [d.code for d in problems.found] == ["MW0601"]
    assert row.version in problems.found[0].message


@pytest.mark.parametrize("row", [r for r in CONTRACTS if r.semantic_negative], ids=lambda r: r.name)
def test_what_makes_no_sense_is_refused_although_its_schema_accepts_it(row: Row) -> None:
    problems = Problems()
    assert read_contract(row.path, row.name, problems) is None
    assert problems.found


@pytest.mark.parametrize("row", [r for r in READ if r.valid and not r.semantic_negative], ids=lambda r: r.name)
def test_what_is_valid_is_read_without_a_word(row: Row) -> None:
    problems = Problems()
    read_contract(row.path, row.name, problems)
    assert {d.code for d in problems.found} == ({STRICTER[row.name]} if row.name in STRICTER else set())


@pytest.mark.parametrize("row", [r for r in CONTRACTS if not r.valid], ids=lambda r: r.name)
def test_each_invalid_contract_is_told_where_and_why(row: Row) -> None:
    _, problems = verdict(row.path)
    assert problems.stop
    for found in problems.found:
        assert found.at.text
        assert 1 <= found.at.column <= found.at.column + found.at.width - 1 <= len(found.at.text)
        assert found.message


def test_the_corpus_is_whole() -> None:
    assert (len(CONTRACTS), sum(r.valid for r in CONTRACTS)) == (142, 98)
    assert sum(r.semantic_negative for r in CONTRACTS) == 15
