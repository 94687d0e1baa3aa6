"""The policies: what each finds, and what it leaves alone."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from tests.gate.meshes import (
    MESH,
    NOW,
    RANKING,
    RANKING_PORT,
    SALES,
    drop_column,
    edit_column,
    edit_product,
    edit_table,
    linked,
    with_products,
)

from meshwright.gate.codes import Code
from meshwright.gate.effects.cadence import cadence
from meshwright.gate.policies.compliance import policy_findings
from meshwright.gate.policies.rulings import decided
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic, Severity
from meshwright.model.mask import Pseudonym, Redact
from meshwright.model.mesh import Domain, Mesh
from meshwright.model.product import DataProduct, InputPort, Member, Transform

NOTHING = linked(replace(MESH, products=()))


def first_four(
    current: MeshGraph, proposed: MeshGraph, products: list[ProductAddress], now: datetime
) -> list[Diagnostic]:
    """Return what the policies find that this page is about; test_cases.py has those of all."""
    return [d for d in policy_findings(current, proposed, products, now) if d.code <= Code.INFEASIBLE]


def found(product: DataProduct, *others: DataProduct) -> list[tuple[str, str]]:
    graph = linked(with_products(product, *others))
    return [(d.code, d.severity.value) for d in first_four(NOTHING, graph, [product.address], NOW)]


def test_a_product_that_keeps_to_the_policies_has_no_findings() -> None:
    assert found(SALES) == []


@pytest.mark.parametrize("team", [(), (Member("nadia", "technicalOwner"),), (Member("nobody", "productOwner"),)])
def test_a_product_needs_an_owner_whom_the_mesh_knows(team: tuple[Member, ...]) -> None:
    assert found(edit_product(team=team)(SALES)) == [("MW0410", "error")]


def test_silent_columns_are_named_once_a_port() -> None:
    product = edit_column("note", description="")(edit_column("artist", description="")(SALES))
    (finding,) = first_four(NOTHING, linked(with_products(product)), [product.address], NOW)
    assert finding.message == "`marketplace.artwork-sales:sales@1` does not say what it holds in `artist`, `note`"
    assert finding.severity is Severity.WARNING


def emails(classification: str | None) -> DataProduct:
    """Let the ranking offer what it makes of the collectors' addresses."""
    sql = "SELECT artist, COUNT(DISTINCT collector_email) AS revenue FROM sales GROUP BY artist"
    edited = edit_table(transform=replace(RANKING.outputs[0].tables[0].transform, sql=sql))(RANKING)
    return edit_column("revenue", classification=classification)(edited)


def test_a_column_made_of_personal_data_says_what_it_is() -> None:
    assert found(emails(None)) == [("MW0412", "error")]
    assert found(emails("public")) == []
    assert found(emails("personal")) == []


def test_what_is_redacted_holds_no_personal_data() -> None:
    assert found(edit_column("revenue", mask=Redact())(emails(None))) == []
    assert found(edit_column("revenue", mask=Pseudonym("email"))(emails(None))) == [("MW0412", "error")]


def test_silence_between_hides_nothing() -> None:
    upstream, report = emails(None), ProductAddress("board", "report")
    taken = InputPort("ranking", port=RANKING_PORT)
    sql = Transform("SELECT artist, revenue FROM ranking", "duckdb", "domains/board/report/report.sql")
    table = replace(upstream.outputs[0].tables[0], transform=sql)
    port = replace(upstream.outputs[0], name="report", tables=(table,))
    product = replace(upstream, address=report, inputs=(taken,), outputs=(port,))
    (finding,) = first_four(NOTHING, linked(with_products(upstream, product)), [report], NOW)
    assert finding.message == (
        "`revenue` is made of `marketplace.artwork-sales:sales@1.collector_email`, which is personal, "
        "by way of `creators.trending-artists:ranking@1.revenue`, and has no classification"
    )


def test_a_personal_column_that_is_not_read_gives_nothing_away() -> None:
    assert found(RANKING, drop_column("note")(SALES)) == []


ERROR = (decided("documented", "error"),)
WARNING = (decided("documented", "warning"),)
STRICT = Domain("marketplace", policies=ERROR)

IN_FORCE = [
    pytest.param({}, {}, "warning", id="nobody decides: as the policy is"),
    pytest.param({"policies": ERROR}, {"policies": ERROR}, "error", id="the mesh decides"),
    pytest.param({"domains": (STRICT,)}, {"domains": (STRICT,)}, "error", id="the domain is stricter"),
    pytest.param({"policies": ERROR}, {"policies": WARNING}, "error", id="a proposal does not loosen what judges it"),
    pytest.param({}, {"policies": ERROR}, "error", id="a proposal may be stricter with itself"),
    pytest.param({}, {"domains": (STRICT,)}, "error", id="and so may a domain"),
    pytest.param({"domains": (STRICT,)}, {"domains": ()}, "error", id="leaving its own policy out does not help it"),
]


@pytest.mark.parametrize(("current", "proposed", "severity"), IN_FORCE)
def test_the_severity_in_force_is_that_of_what_runs_or_stricter(
    current: dict[str, object], proposed: dict[str, object], severity: str
) -> None:
    silent = edit_column("note", description="")(SALES)
    mesh: Mesh = replace(with_products(silent), **proposed)  # type: ignore[arg-type]
    before: Mesh = replace(MESH, products=(), **current)  # type: ignore[arg-type]
    (finding,) = first_four(linked(before), linked(mesh), [silent.address], NOW)
    assert (finding.code, finding.severity) == ("MW0411", severity)


CADENCES = [
    pytest.param("* * * * *", timedelta(minutes=1), id="each minute"),
    pytest.param("*/20 * * * *", timedelta(minutes=20), id="each twenty minutes"),
    pytest.param("0 * * * *", timedelta(hours=1), id="hourly"),
    pytest.param("@daily", timedelta(days=1), id="daily"),
    pytest.param("30 6,18 * * *", timedelta(hours=12), id="twice a day"),
    pytest.param("0 6 * * mon-fri", timedelta(days=3), id="on weekdays: over the weekend"),
    pytest.param("0 9-17 * * *", timedelta(hours=16), id="in office hours: over the night"),
    pytest.param("0 0 1 * *", timedelta(days=31), id="monthly"),
    pytest.param("0 0 * * 7", timedelta(days=7), id="on Sundays, said as 7"),
]


@pytest.mark.parametrize(("cron", "longest"), CADENCES)
def test_the_longest_time_between_two_runs(cron: str, longest: timedelta) -> None:
    known = cadence(cron)
    assert known is not None
    assert known.longest == longest


@pytest.mark.parametrize("cron", ["", "0 0 * *", "61 * * * *", "a b c d e", "0 0 31 2 *", "*/0 * * * *"])
def test_what_is_no_cron_or_never_runs_has_no_cadence(cron: str) -> None:
    assert cadence(cron) is None
