"""Meshes of any size, as teams write them: manifests of about eighty lines, SQL of the usual shapes, chained.

Every product but the sources reads one or two that were written before it, so that a change runs down a long way.
"""

from collections.abc import Iterator
from pathlib import Path

DOMAINS = 25
SOURCES = 5
"""One product of so many reads a source of its own domain; the others read products."""

COLUMNS = (
    ("order_id", "string", "The order; the shop numbers them."),
    ("customer_id", "string", "Who ordered."),
    ("product_id", "string", "What was ordered."),
    ("channel", "string", "Where the order came from."),
    ("country", "string", "Where it is delivered to, in two letters."),
    ("quantity", "integer", "How many were ordered."),
    ("unit_price", "number", "What one costs, in euro."),
    ("discount", "number", "What is taken off, in euro."),
    ("amount", "number", "What is paid, in euro."),
    ("ordered_at", "timestamp", "When the order was placed."),
)
"""The columns of every port. All SQL below makes these from two inputs that have them."""

SHAPES = {
    "join": """
SELECT
  a.order_id, a.customer_id, b.product_id, a.channel, COALESCE(a.country, b.country) AS country,
  a.quantity + b.quantity AS quantity, a.unit_price, b.discount, a.amount - b.discount AS amount, a.ordered_at
FROM {a} AS a
JOIN {b} AS b ON a.order_id = b.order_id
WHERE a.ordered_at >= @interval_start AND a.ordered_at < @interval_end
""",
    "chain of CTEs": """
WITH recent AS (
  SELECT * FROM {a} WHERE ordered_at >= TIMESTAMP_SUB(@interval_end, INTERVAL 24 HOUR)
),
priced AS (
  SELECT order_id, MAX(unit_price) AS unit_price, SUM(discount) AS discount FROM {b} GROUP BY order_id
),
together AS (
  SELECT
    recent.order_id, recent.customer_id, recent.product_id, recent.channel, UPPER(recent.country) AS country,
    recent.quantity, priced.unit_price, COALESCE(priced.discount, 0) AS discount, recent.ordered_at
  FROM recent
  LEFT JOIN priced ON recent.order_id = priced.order_id
)
SELECT
  order_id, customer_id, product_id, channel, country, quantity, unit_price, discount,
  quantity * unit_price - discount AS amount, ordered_at
FROM together
""",
    "window": """
SELECT
  order_id, customer_id, product_id,
  FIRST_VALUE(channel) OVER (PARTITION BY customer_id ORDER BY ordered_at) AS channel,
  country, quantity, unit_price, discount,
  SUM(amount) OVER (PARTITION BY customer_id ORDER BY ordered_at) AS amount, ordered_at
FROM {a}
WHERE product_id IN (SELECT product_id FROM {b} WHERE quantity > 0)
QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY ordered_at DESC) = 1
""",
    "aggregate": """
SELECT
  a.order_id, ANY_VALUE(a.customer_id) AS customer_id, ANY_VALUE(b.product_id) AS product_id,
  MAX(IF(a.channel = 'web', a.channel, b.channel)) AS channel,
  MAX(CASE WHEN a.country = b.country THEN a.country ELSE 'XX' END) AS country,
  SUM(a.quantity) AS quantity, AVG(a.unit_price) AS unit_price, SUM(b.discount) AS discount,
  SUM(a.amount - b.discount) AS amount, MIN(a.ordered_at) AS ordered_at
FROM {a} AS a
LEFT JOIN {b} AS b ON a.order_id = b.order_id
GROUP BY a.order_id
HAVING SUM(a.quantity) > 0
""",
    "union": """
SELECT order_id, customer_id, product_id, channel, country, quantity, unit_price, discount, amount, ordered_at
FROM {a}
WHERE channel <> 'test'
UNION ALL
SELECT
  order_id, customer_id, product_id, LOWER(channel), country, quantity, unit_price, discount,
  quantity * unit_price - discount, ordered_at
FROM {b}
WHERE quantity > 0
""",
}
"""SELECTs over two inputs, in BigQuery's dialect."""


def write_mesh(root: Path, products: int, *, sql: bool) -> None:
    """Write a mesh without an error. Without SQL, each product passes on its one input, a source of its domain."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "mesh.yaml").write_text(MESH)
    for domain in range(DOMAINS):
        folder = root / "domains" / _domain(domain)
        folder.mkdir(parents=True)
        (folder / "domain.yaml").write_text(DOMAIN)
    for number in range(products):
        folder = root / "domains" / _domain(number) / _product(number)
        folder.mkdir()
        upstream = tuple(_upstream(number)) if sql else ()
        (folder / "product.yaml").write_text("\n".join(_manifest(number, upstream)) + "\n")
        if upstream:
            shape = tuple(SHAPES.values())[number % len(SHAPES)]
            a, b = (f"input_{n}" for n in range(len(upstream)))
            (folder / "orders.sql").write_text(shape.lstrip().format(a=a, b=b))


def _upstream(number: int) -> Iterator[int]:
    """Yield the two products that a product reads: one close, one far; none for a source."""
    if number >= 2 * SOURCES and number % SOURCES:
        yield number - 1
        yield number * 7 // 11


def _domain(number: int) -> str:
    return f"domain-{number % DOMAINS:02}"


def _product(number: int) -> str:
    return f"orders-{number:04}"


def _manifest(number: int, upstream: tuple[int, ...]) -> Iterator[str]:
    yield "apiVersion: meshwright/v1"
    yield "kind: DataProduct"
    yield "description:"
    yield f"  purpose: Every order of part {number} of the shop, as it stands."
    yield "  usage: Join it by `order_id`; one row is one order."
    yield f"tags: [orders, part-{number}]"
    yield "inputPorts:"
    if not upstream:
        yield "  - name: source"
        yield f"    source: {{block: database, connection: shop-db, table: public.orders_{number}, cursor: ordered_at}}"
        yield "    contract:"
        yield "      schema:"
        yield "        - name: orders"
        yield "          properties:"
        yield from (f"            - {{name: {name}, logicalType: {kind}}}" for name, kind, _ in COLUMNS)
    for n, product in enumerate(upstream):
        yield f'  - {{name: input-{n}, from: "{_domain(product)}.{_product(product)}:orders@1"}}'
    yield "outputPorts:"
    yield "  - name: orders"
    yield "    version: 1.0.0"
    yield "    contract:"
    yield "      schema:"
    yield "        - name: orders"
    yield "          description: One row per order."
    yield "          properties:"
    for name, kind, description in COLUMNS:
        yield f"            - name: {name}"
        yield f"              logicalType: {kind}"
        yield f"              {'primaryKey' if name == 'order_id' else 'required'}: true"
        yield f"              description: {description}"
        if name == "country":
            yield "              quality:"
            yield "                - name: country-known"
            yield "                  metric: invalidValues"
            yield "                  arguments: {validValues: [BE, DE, FR, NL]}"
            yield "                  mustBe: 0"
    yield "          quality:"
    yield "            - {name: some-rows, metric: rowCount, mustBeGreaterThan: 0}"
    yield "    slo:"
    yield "      freshness: {maxAge: 90m, objective: 99%}"
    yield "      quality: {objective: 99.9%}"


MESH = """\
apiVersion: meshwright/v1
kind: Mesh
name: shop
currency: EUR
people:
  - {username: nadia, name: Nadia Benali, email: nadia@shop.example}
  - {username: tomas, name: Tomas Horvat, email: tomas@shop.example, roles: [platform]}
purposes:
  - {name: growth, director: nadia, budget: 20000, description: More people find what they want to own.}
"""
DOMAIN = """\
description: Orders of the shop.
steward: nadia
team:
  members: [{username: nadia, role: productOwner}, {username: tomas, role: technicalOwner}]
support: [{channel: "#data-shop", tool: slack}]
purpose: growth
schedule: {cron: "0 * * * *", waitAtMost: 30m}
"""
