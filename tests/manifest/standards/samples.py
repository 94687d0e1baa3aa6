"""A contract of ODCS, written into a folder."""

from pathlib import Path

from meshwright.manifest.standards.contract_file import ContractFile, read_contract
from meshwright.manifest.text.problems import Problems

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: orders-contract\nversion: 1.0.0\nstatus: active\n"
SCHEMA = """\
schema:
  - name: orders
    properties:
      - {name: order_id, logicalType: string, primaryKey: true}
      - {name: placed_at, logicalType: timestamp}
"""


def read(folder: Path, text: str) -> tuple[ContractFile | None, list[str]]:
    """Read a contract; return it, and what is wrong with it, each with its line and column."""
    (folder / "orders.odcs.yaml").write_text(text)
    problems = Problems()
    found = read_contract(folder / "orders.odcs.yaml", "orders.odcs.yaml", problems)
    return found, [f"{d.at.line}:{d.at.column} {d.code} {d.message}" for d in sorted(problems.found)]
