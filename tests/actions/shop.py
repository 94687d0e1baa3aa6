"""A shop that runs: two hourly feeds, and what three teams make of them; its clock is told by the tests.

signals.clicks → signals.visits → insight.trends        stock.items → stock.shelf
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.actions.folders import open_folder

from meshwright.actions import run
from meshwright.actions.deploy import deploy
from meshwright.actions.submit import submit
from meshwright.model.address import product_address
from meshwright.model.errors import InputsNotReady, NothingNew, SourceNotReady
from meshwright.model.time import Interval
from meshwright.release.read import read_record
from meshwright.workspace.workspace import Workspace

START = datetime(2026, 3, 1, tzinfo=UTC)
PRODUCTS = ("signals.clicks", "signals.visits", "insight.trends", "stock.items", "stock.shelf")
HOUR = timedelta(hours=1)

_MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: shop
people:
  - {username: nadia, name: Nadia Benali, email: nadia@shop.example}
  - {username: tomas, name: Tomas Horvat, email: tomas@shop.example}
environments:
  local: {engine: duckdb}
"""
_DOMAIN = """\
apiVersion: meshwright/v1
kind: Domain
team: {members: [{username: %s, role: productOwner}]}
support: [{channel: "#team-%s", tool: slack}]
"""
_PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: What the shop knows of its %(port)s.}
%(schedule)s
inputPorts:
  - %(input)s
outputPorts:
  - name: %(port)s
    version: 1.0.0
    contract:
      schema:
        - name: %(port)s
          description: One row per number.
          properties:
            - {name: number, logicalType: integer, primaryKey: true, description: Which one.}
            - name: amount
              logicalType: integer
              description: How many.
              quality: [{name: amount-known, metric: nullValues, mustBe: 0}]
    %(slo)s
"""
_FEED = """\
name: feed
    source: {block: files, connection: %s, path: "{start:%%Y-%%m-%%dT%%H}.jsonl", format: json, every: 1h}
    contract:
      schema:
        - name: feed
          properties: [{name: number, logicalType: integer}, {name: amount, logicalType: integer}]"""
_CRON = 'schedule: {cron: "0 * * * *"}'
_PROMISE = "slo: {freshness: {maxAge: 2h, objective: 99%}, quality: {objective: 90%}}"


@dataclass(frozen=True)
class Shop:
    """The shop's mesh, deployed at `START`."""

    folder: Path
    workspace: Workspace

    def deliver(self, feed: str, hour: int, amount: int | None = 1) -> None:
        """Let a source deliver the file of one hour."""
        file = self.folder / feed / f"{START + hour * HOUR:%Y-%m-%dT%H}.jsonl"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps({"number": hour, "amount": amount}) + "\n")

    def run(
        self,
        now: datetime,
        hour: int | None = None,
        *,
        only: Sequence[str] = PRODUCTS,
        elsewhere: Workspace | None = None,
    ) -> None:
        """Let every product run once, as Airflow would; without `hour`, for what is due."""
        workspace = elsewhere or self.workspace
        digest = deploy(self.workspace, now).release
        folder = self.folder / "release"
        self.workspace.store().materialise(digest, folder)
        for product in only:
            record = read_record(folder, digest, product_address(product))
            fed = product in ("signals.clicks", "stock.items") and hour is not None
            interval = Interval(START + (hour or 0) * HOUR, START + ((hour or 0) + 1) * HOUR) if fed else None
            try:
                staged = run.stage(workspace, record, interval, now)
                run.check(workspace, record, staged.publish_id, now)
                run.publish(workspace, record, staged.publish_id, interval, now)
            except (NothingNew, SourceNotReady, InputsNotReady):
                continue


def open_shop(folder: Path, **variables: str) -> Shop:
    """Write the shop's mesh, release it and deploy it."""
    mesh = folder / "mesh"
    files = {
        "mesh.yaml": _MESH,
        "domains/signals/domain.yaml": _DOMAIN % ("nadia", "signals"),
        "domains/insight/domain.yaml": _DOMAIN % ("tomas", "insight"),
        "domains/stock/domain.yaml": _DOMAIN % ("tomas", "stock"),
        "domains/signals/clicks/product.yaml": _product("clicks", _FEED % "clicks", _CRON, ""),
        "domains/signals/visits/product.yaml": _product("visits", "{name: clicks, from: 'signals.clicks:clicks@1'}"),
        "domains/insight/trends/product.yaml": _product(
            "trends", "{name: visits, from: 'signals.visits:visits@1'}", slo=_PROMISE
        ),
        "domains/stock/items/product.yaml": _product("items", _FEED % "items", _CRON, _PROMISE),
        "domains/stock/shelf/product.yaml": _product(
            "shelf", "{name: items, from: 'stock.items:items@1'}", slo=_PROMISE
        ),
    }
    for name, text in files.items():
        path = mesh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    opened = reopened(folder, **variables)
    assert submit(opened.workspace, "nadia", START).release is not None
    deploy(opened.workspace, START)
    return opened


def reopened(folder: Path, **variables: str) -> Shop:
    """Open the shop in a folder, which may be a copy of another."""
    feeds = {f"MESH_CONN_{name.upper()}": f"file://{folder / name}" for name in ("clicks", "items")}
    return Shop(folder, open_folder(folder / "mesh", **feeds, **variables))


def _product(port: str, reads: str, schedule: str = "schedule: {on: inputs}", slo: str = "") -> str:
    return _PRODUCT % {"port": port, "input": reads, "schedule": schedule, "slo": slo}
