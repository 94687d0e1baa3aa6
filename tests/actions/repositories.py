"""Three repositories of one mesh: the organisation's with a domain, and two domains in repositories of their own.

assets.works → marketplace.sales → insight.ranking
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from meshwright.actions.approve import approve
from meshwright.actions.deploy import deploy
from meshwright.actions.fetch import fetch, pinned
from meshwright.actions.submit import submit
from meshwright.gate.judge import Allowed, NeedsApproval
from meshwright.workspace.workspace import Workspace, open_workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

_MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: artgo
people:
  - {username: nadia, name: Nadia Benali}
  - {username: tomas, name: Tomas Horvat}
  - {username: piet, roles: [platform]}
purposes: [{name: growth, director: piet}]
purpose: growth
schedule: {cron: "30 * * * *", timezone: Europe/Brussels}
support: [{channel: "#mesh"}]
environments:
  production: {engine: duckdb, store: %s}
"""
_DOMAIN = "team: {members: [{username: %s, role: productOwner}]}\nsteward: piet\n"
_PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: What is known of %(port)s.}
inputPorts:
  - %(input)s
outputPorts:
  - name: %(port)s
    version: 1.0.0
    contract:
      schema:
        - name: %(port)s
          description: One row per %(key)s.
          properties:
            - {name: %(key)s, logicalType: string, primaryKey: true, description: Which one.}
            - {name: %(value)s, logicalType: number, description: How much.}
"""
_SOURCE = """\
name: works
    source: {block: files, connection: works, path: works.csv, format: csv}
    contract: {schema: [{name: works, properties: [
      {name: work_id, logicalType: string}, {name: size, logicalType: number}]}]}"""
WORKS = _PRODUCT % {"port": "works", "input": _SOURCE, "key": "work_id", "value": "size"}
SALES = _PRODUCT % {
    "port": "sales",
    "input": '{name: works, from: "assets.works:works@1"}',
    "key": "work_id",
    "value": "price",
}
RANKING = _PRODUCT % {
    "port": "ranking",
    "input": '{name: sales, from: "marketplace.sales:sales@1"}',
    "key": "work_id",
    "value": "rank",
}
SALES_FILE = "domains/marketplace/sales/product.yaml"
SALES_SQL = "domains/marketplace/sales/sales.sql"
RANKING_FILE = "domains/insight/ranking/product.yaml"
RANKING_SQL = "domains/insight/ranking/ranking.sql"


@dataclass(frozen=True)
class Repositories:
    """The folders of the three repositories, the store that they share, and the keys of who may release."""

    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "store"

    @property
    def key(self) -> str:
        return (self.folder / "keys" / "root.pub").read_text().strip()

    def open(self, name: str, *, at_the_gate: bool = False) -> Workspace:
        """Open a repository, as its team does, or as the machine that holds the gate's key."""
        keys = "keys" if at_the_gate or name == "platform" else f"{name}-keys"
        variables = {"MESH_KEYS": str(self.folder / keys)}
        flags = {"environment": "production"} if name == "platform" else {}
        return open_workspace(self.folder / name, variables, flags)

    def goes_live(self, name: str, author: str) -> None:
        """Release what a repository says, with the platform team's approval where it is needed, and deploy it."""
        gate = self.open(name, at_the_gate=True)
        outcome = submit(gate, author, NOW)
        if isinstance(outcome.judged.verdict, NeedsApproval):
            approve(gate, "piet", None, NOW)
            outcome = submit(gate, author, NOW)
        assert isinstance(outcome.judged.verdict, Allowed), outcome.judged.verdict
        deploy(gate, NOW)

    def pin(self, name: str) -> Workspace:
        """Let a repository fetch for the first time."""
        workspace, named = pinned(self.open(name), str(self.store), self.key)
        fetch(workspace, silent, named)
        return self.open(name)


def silent(_done: int, _all: int) -> None:
    """Hear how far a transfer is."""


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def edit(root: Path, name: str, before: str, after: str) -> None:
    text = (root / name).read_text()
    assert before in text
    (root / name).write_text(text.replace(before, after))


def open_repositories(folder: Path) -> Repositories:
    """Write the three repositories, one after the other as their teams would; each is released and runs."""
    mesh = Repositories(folder)
    write(
        folder / "platform",
        {
            "mesh.yaml": _MESH % mesh.store,
            "domains/assets/domain.yaml": _DOMAIN % "piet",
            "domains/assets/works/product.yaml": WORKS,
            "domains/assets/works/works.sql": "SELECT work_id, size FROM works",
        },
    )
    mesh.goes_live("platform", "piet")
    write(
        folder / "marketplace",
        {
            "domains/marketplace/domain.yaml": _DOMAIN % "nadia",
            SALES_FILE: SALES,
            SALES_SQL: "SELECT work_id, size * 2 AS price\nFROM works\n",
        },
    )
    mesh.pin("marketplace")
    mesh.goes_live("marketplace", "nadia")
    write(
        folder / "insight",
        {
            "domains/insight/domain.yaml": _DOMAIN % "tomas",
            RANKING_FILE: RANKING,
            RANKING_SQL: "SELECT\n  work_id,\n  price AS rank\nFROM sales\n",
        },
    )
    mesh.pin("insight")
    mesh.goes_live("insight", "tomas")
    return mesh
