"""What becomes of stored tables, and what cannot."""

from dataclasses import replace

import pytest
from tests.gate.meshes import (
    MESH,
    NOW,
    SALES,
    Edit,
    add_column,
    column,
    drop_column,
    edit_column,
    edit_table,
    linked,
    with_products,
)

from meshwright.gate.changes.compare import compare
from meshwright.gate.effects.migrations import migrations
from meshwright.gate.plan import plan
from meshwright.model.contract import LogicalType
from meshwright.model.product import PublishMode


@pytest.mark.parametrize(
    ("edit", "steps"),
    [
        (add_column(column("gallery")), ["gains column `gallery`; its old rows have none"]),
        (drop_column("note"), ["keeps column `note`, which nobody reads any more"]),
        (edit_column("note", description="Words"), []),
        (edit_table(mode=PublishMode.REPLACE), []),
    ],
)
def test_a_stored_table_gets_columns_and_loses_none(edit: Edit, steps: list[str]) -> None:
    current, proposed = linked(MESH), linked(with_products(edit(SALES)))
    assert [m.step for m in migrations(compare(current, proposed), current, proposed)] == steps


@pytest.mark.parametrize(
    ("mode", "before", "after", "refused"),
    [
        (PublishMode.APPEND, LogicalType.INTEGER, LogicalType.NUMBER, False),
        (PublishMode.APPEND, LogicalType.NUMBER, LogicalType.INTEGER, False),
        (PublishMode.APPEND, LogicalType.INTEGER, LogicalType.STRING, True),
        (PublishMode.APPEND, LogicalType.DATE, LogicalType.TIMESTAMP, True),
        (PublishMode.REPLACE, LogicalType.INTEGER, LogicalType.STRING, False),
        (PublishMode.LEDGER, LogicalType.INTEGER, LogicalType.NUMBER, True),
    ],
)
def test_another_type_is_refused_where_rows_stay(
    mode: PublishMode, before: LogicalType, after: LogicalType, refused: bool
) -> None:
    was = edit_table(mode=mode)(edit_column("note", type=before)(SALES))
    is_now = edit_table(mode=mode)(edit_column("note", type=after)(SALES))
    made = plan(linked(with_products(was)), linked(with_products(is_now)), NOW)
    assert ("MW0441" in {d.code for d in made.findings}) is refused


@pytest.mark.parametrize("mode", [PublishMode.MERGE, PublishMode.APPEND])
def test_another_key_is_refused_where_rows_are_merged_by_it(mode: PublishMode) -> None:
    was = edit_table(mode=mode)(SALES)
    is_now = edit_column("artist", primary_key=True)(was)
    found = plan(linked(with_products(was)), linked(with_products(is_now)), NOW).findings
    assert ("MW0441" in {d.code for d in found}) is (mode is PublishMode.MERGE)


def test_what_is_new_needs_no_migration() -> None:
    port = replace(SALES.outputs[0], version="2.0.0")
    current = linked(MESH)
    proposed = linked(with_products(replace(SALES, outputs=(*SALES.outputs, port))))
    assert migrations(compare(current, proposed), current, proposed) == ()
