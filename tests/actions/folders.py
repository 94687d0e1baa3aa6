"""A mesh in a folder, of two teams: one sells, the other ranks artists by what was sold."""

from pathlib import Path

from meshwright.workspace.workspace import Workspace, open_workspace

MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: artgo
people:
  - {username: nadia, name: Nadia Benali}
  - {username: tomas, name: Tomas Horvat}
  - {username: piet, roles: [platform]}
policies: {checked: ignore}
"""
DOMAIN = """\
apiVersion: meshwright/v1
kind: Domain
team: {members: [{username: %s, role: productOwner}]}
support: [{channel: "#data"}]
"""
SALES = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: One row per completed sale.}
inputPorts:
  - name: orders
    source: {block: database, connection: shop, table: orders}
    contract:
      schema:
        - name: orders
          properties:
            - {name: sale_id, logicalType: string}
            - {name: artist, logicalType: string}
            - {name: price, logicalType: number}
outputPorts:
  - name: sales
    version: 1.0.0
    contract:
      schema:
        - name: sales
          description: One row per sale.
          properties:
            - {name: sale_id, logicalType: string, primaryKey: true, description: Number of the sale.}
            - {name: artist, logicalType: string, description: Who made the work.}
            - {name: price, logicalType: number, description: What was paid.}
    slo:
      freshness: {maxAge: 90m, objective: 99%}
"""
RANKING = """\
apiVersion: meshwright/v1
kind: DataProduct
description: {purpose: Artists by what was paid for their works.}
inputPorts:
  - {name: sales, from: "marketplace.artwork-sales:sales@1"}
outputPorts:
  - name: ranking
    version: 1.0.0
    contract:
      schema:
        - name: ranking
          description: One row per artist.
          properties:
            - {name: artist, logicalType: string, primaryKey: true, description: Who made the works.}
            - {name: revenue, logicalType: number, description: What was paid in all.}
"""
FILES = {
    "mesh.yaml": MESH,
    "domains/marketplace/domain.yaml": DOMAIN % "nadia",
    "domains/marketplace/artwork-sales/product.yaml": SALES,
    "domains/marketplace/artwork-sales/sales.sql": "SELECT sale_id, artist, price\nFROM orders\n",
    "domains/creators/domain.yaml": DOMAIN % "tomas",
    "domains/creators/trending-artists/product.yaml": RANKING,
    "domains/creators/trending-artists/ranking.sql": (
        "SELECT\n  artist,\n  SUM(price) AS revenue\nFROM sales\nGROUP BY artist\n"
    ),
}
SALES_FILE = "domains/marketplace/artwork-sales/product.yaml"
SALES_SQL = "domains/marketplace/artwork-sales/sales.sql"
RANKING_FILE = "domains/creators/trending-artists/product.yaml"
RANKING_SQL = "domains/creators/trending-artists/ranking.sql"


def write_mesh(root: Path) -> Path:
    """Write the mesh's files."""
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def edit(root: Path, name: str, before: str, after: str) -> None:
    """Change one place of one file, as its team would."""
    text = (root / name).read_text()
    assert before in text
    (root / name).write_text(text.replace(before, after))


def open_folder(root: Path, environment: str = "local", **variables: str) -> Workspace:
    """Open the mesh with keys beside it."""
    found = {"MESH_KEYS": str(root.parent / "keys"), **variables}
    return open_workspace(root, found, {"environment": environment})


def add_gallery(root: Path) -> None:
    """Let the sales offer one column more: a change that touches nobody."""
    edit(root, SALES_FILE, "version: 1.0.0", "version: 1.1.0")
    edit(
        root,
        SALES_FILE,
        "    slo:",
        "            - {name: gallery, logicalType: string, description: Where.}\n    slo:",
    )
    edit(root, SALES_SQL, "price", "price, artist AS gallery")


def loosen_freshness(root: Path) -> None:
    """Let the sales be older: a change that their readers must agree to."""
    edit(root, SALES_FILE, "maxAge: 90m", "maxAge: 6h")


def rename_price(root: Path) -> None:
    """Let the sales call the price something else: a change that breaks their readers."""
    edit(
        root,
        SALES_FILE,
        "name: price, logicalType: number, description",
        "name: amount, logicalType: number, description",
    )
    edit(root, SALES_SQL, "price", "price AS amount")
