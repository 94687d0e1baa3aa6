"""A small mesh to propose changes to: sales of artworks, and a ranking of artists that another team makes of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from meshwright.compiler.analyses import schemas
from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Check, Column, Contract, LogicalType, Metric, Operator
from meshwright.model.diagnostic import Location
from meshwright.model.mesh import Domain, Mesh, Person, Purpose
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    DataProduct,
    InputPort,
    InputsSchedule,
    Member,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    SupportChannel,
    Transform,
)
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, Quality
from meshwright.sql.analyse import analyse

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SALES_ADDRESS = ProductAddress("marketplace", "artwork-sales")
RANKING_ADDRESS = ProductAddress("creators", "trending-artists")
SALES_PORT = SALES_ADDRESS.port("sales", 1)
RANKING_PORT = RANKING_ADDRESS.port("ranking", 1)

Edit = Callable[[DataProduct], DataProduct]

SALES_SQL = """SELECT
  sale_id, artist, price, sold_on, currency, collector_email, note
FROM orders"""
RANKING_SQL = """SELECT
  artist,
  SUM(price) AS revenue
FROM sales
GROUP BY artist"""


def column(name: str, kind: LogicalType = LogicalType.STRING, **more: object) -> Column:
    at = Location("domains/marketplace/artwork-sales/product.yaml", 20, 9, len(name), f"      - name: {name}")
    return Column(name, kind, description=f"The {name}", at=at, **more)  # type: ignore[arg-type]


def check(name: str, operator: Operator, *threshold: int, **more: object) -> Check:
    numbers = tuple(Decimal(t) for t in threshold)
    return Check(name, Metric.NULL_VALUES, operator, numbers, ("currency",), **more)  # type: ignore[arg-type]


def place(product: ProductAddress, line: int = 10) -> Location:
    return Location(f"domains/{product.domain}/{product.product}/product.yaml", line, 5, 4, "  - name: port")


SALES = DataProduct(
    address=SALES_ADDRESS,
    type=ProductType.SOURCE_ALIGNED,
    description="All completed sales",
    schedule=CronSchedule("0 * * * *"),
    inputs=(InputPort("orders", source=DatabaseSource("shop", "public.orders")),),
    outputs=(
        OutputPort(
            name="sales",
            version="1.2.0",
            tables=(
                OutputTable(
                    contract=Contract(
                        table="sales",
                        description="One row per sale",
                        columns=(
                            column("sale_id", required=True, unique=True, primary_key=True),
                            column("artist"),
                            column("price", LogicalType.NUMBER, required=True),
                            column("sold_on", LogicalType.DATE),
                            column("currency"),
                            column("collector_email", required=True, classification="personal"),
                            column("note"),
                        ),
                        checks=(check("currency-known", Operator.LESS_OR_EQUAL, 5),),
                    ),
                    mode=PublishMode.MERGE,
                    transform=Transform(SALES_SQL, "duckdb", "domains/marketplace/artwork-sales/sales.sql"),
                    at=place(SALES_ADDRESS),
                ),
            ),
            slos=(Freshness(timedelta(minutes=90), Ratio.parse("99%")), Quality(Ratio.parse("99.9%"))),
            at=place(SALES_ADDRESS),
        ),
    ),
    team=(Member("nadia", "productOwner"),),
    support=(SupportChannel("#artworks"),),
    purpose="growth",
    file="domains/marketplace/artwork-sales/product.yaml",
)
RANKING = DataProduct(
    address=RANKING_ADDRESS,
    type=ProductType.CONSUMER_ALIGNED,
    description="Artists by revenue",
    schedule=InputsSchedule(),
    inputs=(InputPort("sales", port=SALES_PORT, at=place(RANKING_ADDRESS, 6)),),
    outputs=(
        OutputPort(
            name="ranking",
            version="1.0.0",
            tables=(
                OutputTable(
                    contract=Contract(
                        "ranking",
                        (column("artist", primary_key=True, required=True), column("revenue", LogicalType.NUMBER)),
                    ),
                    mode=PublishMode.REPLACE,
                    transform=Transform(RANKING_SQL, "duckdb", "domains/creators/trending-artists/ranking.sql"),
                    at=place(RANKING_ADDRESS),
                ),
            ),
            at=place(RANKING_ADDRESS),
        ),
    ),
    team=(Member("tomas", "productOwner"),),
    support=(SupportChannel("#ranking"),),
    file="domains/creators/trending-artists/product.yaml",
)
MESH = Mesh(
    name="artgo",
    products=(RANKING, SALES),
    domains=(Domain("creators", steward="iris"), Domain("marketplace", steward="sam")),
    people=(
        Person("dora"),
        Person("iris"),
        Person("nadia", "Nadia Peeters"),
        Person("piet", roles=("platform",)),
        Person("sam"),
        Person("tomas", "Tomas Weber"),
    ),
    purposes=(Purpose("growth", "dora"), Purpose("trust", "iris")),
)


def linked(mesh: Mesh) -> MeshGraph:
    """Analyse the SQL of a mesh, and link it."""
    analyses = {
        address: analyse(product, table, schemas(mesh.output, product))
        for product in mesh.products
        for address, table in product.tables()
    }
    return build(mesh, analyses)


def with_products(*products: DataProduct) -> Mesh:
    """Return the mesh with these instead of the products of the same address, or beside the others."""
    changed = {p.address: p for p in (*MESH.products, *products)}
    return replace(MESH, products=tuple(changed[a] for a in sorted(changed)))


def contract(product: DataProduct) -> Contract:
    """Return the contract of the first port's first table."""
    return product.outputs[0].tables[0].contract


def edit_port(**changes: object) -> Edit:
    """Change something of the first output port."""

    def edit(product: DataProduct) -> DataProduct:
        first = replace(product.outputs[0], **changes)  # type: ignore[arg-type]
        return replace(product, outputs=(first, *product.outputs[1:]))

    return edit


def edit_table(**changes: object) -> Edit:
    """Change something of the first port's first table."""

    def edit(product: DataProduct) -> DataProduct:
        first, *others = product.outputs[0].tables
        return edit_port(tables=(replace(first, **changes), *others))(product)  # type: ignore[arg-type]

    return edit


def edit_contract(**changes: object) -> Edit:
    """Change something of the first table's contract."""

    def edit(product: DataProduct) -> DataProduct:
        return edit_table(contract=replace(contract(product), **changes))(product)  # type: ignore[arg-type]

    return edit


def edit_column(name: str, /, **changes: object) -> Edit:
    """Change something of one column of the first table."""

    def edit(product: DataProduct) -> DataProduct:
        columns = contract(product).columns
        changed = tuple(replace(c, **changes) if c.name == name else c for c in columns)  # type: ignore[arg-type]
        return edit_contract(columns=changed)(product)

    return edit


def drop_column(name: str) -> Edit:
    """Take a column out of the first table's contract."""

    def edit(product: DataProduct) -> DataProduct:
        kept = tuple(c for c in contract(product).columns if c.name != name)
        return edit_contract(columns=kept)(product)

    return edit


def add_column(added: Column) -> Edit:
    """Add a column to the first table's contract."""

    def edit(product: DataProduct) -> DataProduct:
        return edit_contract(columns=(*contract(product).columns, added))(product)

    return edit


def edit_product(**changes: object) -> Edit:
    """Change something of the product."""
    return lambda product: replace(product, **changes)  # type: ignore[arg-type]
