"""Small meshes, written into a folder."""

from pathlib import Path

MESH = "name: tiny\n"
DOMAIN = "description: The shop.\n"
SOURCE = "source: {block: database, connection: shop-db, table: orders}"
ORDERS = "domains/shop/orders/product.yaml"
SCHEMA = "{name: orders, properties: [{name: order_id, logicalType: string, primaryKey: true}]}"


def product(head: str = "", inputs: tuple[str, ...] = (SOURCE,), port: str = "", schema: str = SCHEMA) -> str:
    """Return a manifest: more keys at its top, its inputs, more keys in its port, the table of its contract."""
    ports = "".join(f"  - {{name: in-{number}, {text}}}\n" for number, text in enumerate(inputs))
    return (
        "apiVersion: meshwright/v1\nkind: DataProduct\ndescription: {purpose: One row per order.}\n"
        + (f"{head}\n" if head else "")
        + f"inputPorts:\n{ports}outputPorts:\n  - name: orders\n    version: 1.0.0\n"
        + (f"    {port}\n" if port else "")
        + f"    contract:\n      schema:\n        - {schema}\n"
    )


def write(root: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a folder, over a mesh with one empty domain."""
    for name, content in {"mesh.yaml": MESH, "domains/shop/domain.yaml": DOMAIN, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root
