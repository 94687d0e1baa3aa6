"""A mesh whose source has a number each minute, and what three teams make of it, changed while it runs.

north.orders → south.sales → south.chain (which reads the orders, too)      north.orders → south.tally, on its own clock
             → west.old, until it is retired                                             → west.flaky, until it breaks
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

MINUTE = timedelta(minutes=1)

_MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: mill
people:
  - {username: nadia, name: Nadia Benali, email: nadia@mill.example}
  - {username: tomas, name: Tomas Horvat, email: tomas@mill.example}
environments:
  local: {engine: duckdb}
"""
_DOMAIN = """\
apiVersion: meshwright/v1
kind: Domain
steward: tomas
team: {members: [{username: nadia, role: productOwner}]}
support: [{channel: "#mill", tool: slack}]
"""
_PRODUCT = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: %(purpose)s}
schedule: %(schedule)s
inputPorts:
%(inputs)s
outputPorts:
  - name: %(name)s
    version: 1.0.0
    contract:
      schema:
        - name: %(name)s
          description: One row a minute.
          properties:
            - {name: minute, logicalType: timestamp, primaryKey: true, description: Which one.}
            - {name: n, logicalType: integer, description: How many.}
"""
_CRON = '{cron: "* * * * *", waitAtMost: 10m}'
_INPUTS = "{on: inputs}"
_FEED = """\
  - name: feed
    source: {block: files, connection: feed, path: "{start:%Y-%m-%dT%H%M}.jsonl", format: json, every: 1m}
    contract:
      schema:
        - name: feed
          properties: [{name: minute, logicalType: timestamp}, {name: n, logicalType: integer}]"""
_SQL = "select minute, n from orders where minute >= @interval_start and minute < @interval_end\n"
_CHAIN = """\
select sales.minute, sales.n + orders.n as n
from sales join orders on orders.minute = sales.minute
where sales.minute >= @interval_start and sales.minute < @interval_end
"""
SALES, ORDERS = (f"  - {{name: {p}, from: '{d}.{p}:{p}@1'}}" for d, p in (("south", "sales"), ("north", "orders")))


def write_mesh(root: Path) -> None:
    """Write the mesh as it is released first."""
    _write(root / "mesh.yaml", _MESH)
    for domain in ("north", "south", "west"):
        _write(root / "domains" / domain / "domain.yaml", _DOMAIN)
    product(root, "north.orders", _CRON, _FEED)
    product(root, "south.sales", _INPUTS, ORDERS, _SQL)
    product(root, "south.tally", _CRON, ORDERS, _SQL)
    product(root, "south.chain", _INPUTS, f"{SALES}\n{ORDERS}", _CHAIN)
    product(root, "west.old", _INPUTS, ORDERS, _SQL)
    product(root, "west.flaky", _INPUTS, ORDERS, _SQL)


def product(root: Path, address: str, schedule: str, inputs: str, sql: str = "", purpose: str = "Numbers.") -> None:
    """Write one product."""
    domain, name = address.split(".")
    folder = root / "domains" / domain / name
    text = _PRODUCT % {"purpose": purpose, "schedule": schedule, "inputs": inputs, "name": name}
    _write(folder / "product.yaml", text)
    if sql:
        _write(folder / f"{name}.sql", sql)


def add(root: Path, number: int) -> None:
    """Add a product that comes before all others of its domain, and so moves the borders of its shards."""
    product(root, f"south.a{number}", _INPUTS, ORDERS, _SQL)


def reword(root: Path, purpose: str) -> None:
    """Change a product that runs."""
    product(root, "south.sales", _INPUTS, ORDERS, _SQL, purpose)


def deliver(feed: Path, since: datetime, minutes: int) -> None:
    """Let the source have the numbers of some minutes, so that it is never late."""
    feed.mkdir(exist_ok=True)
    for number in range(minutes):
        at = since + number * MINUTE
        _write(feed / f"{at:%Y-%m-%dT%H%M}.jsonl", json.dumps({"minute": at.isoformat(), "n": number}) + "\n")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
