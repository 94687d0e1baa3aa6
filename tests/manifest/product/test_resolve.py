"""A value is the product's own, else its domain's, else the mesh's, else a default; and its origin is known."""

from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from tests.manifest.samples import DOMAIN, MESH, ORDERS, SOURCE, product, write

from meshwright.engine.judgement import checks_of
from meshwright.manifest.codes import Code
from meshwright.manifest.load import Loaded, load
from meshwright.model.address import ProductAddress
from meshwright.model.contract import Check, LogicalType, Metric, Operator, Unit
from meshwright.model.diagnostic import Severity
from meshwright.model.http import (
    HttpSource,
    LinkedPages,
    NamedPages,
    NumberedPages,
    OnePage,
    Pages,
    SkippedRecords,
)
from meshwright.model.kafka import KafkaSource
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    DataProduct,
    Effort,
    FilesSource,
    InputsSchedule,
    Member,
    OnFail,
    ProductType,
    PublishMode,
    Schedule,
    SupportChannel,
    VirtualSource,
    When,
)
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality, Slo

ADDRESS = ProductAddress("shop", "orders")
OTHER = "domains/shop/other/product.yaml"
READS_OTHER = "from: shop.other:orders@1"


def loaded(root: Path, manifest: str, domain: str = "", mesh: str = "", **files: str) -> Loaded:
    all_files = {"mesh.yaml": MESH + mesh, "domains/shop/domain.yaml": DOMAIN + domain, ORDERS: manifest}
    beside = {f"domains/shop/orders/{name.replace('_sql', '.sql')}": text for name, text in files.items()}
    found = load(write(root, {**all_files, OTHER: product(), **beside}))
    assert found.diagnostics == ()
    return found


def resolved(root: Path, manifest: str, domain: str = "", mesh: str = "", **files: str) -> DataProduct:
    found = loaded(root, manifest, domain, mesh, **files).mesh.product(ADDRESS)
    assert found is not None
    return found


def origins(root: Path, manifest: str, domain: str = "", mesh: str = "", **files: str) -> dict[str, str]:
    return {r.key: r.origin for r in loaded(root, manifest, domain, mesh, **files).origins[ADDRESS]}


POOLS = "pools: [{name: small, slots: 2}, {name: large, slots: 8}]\n"
HOURLY = CronSchedule("0 * * * *")
DAILY = 'schedule: {cron: "0 0 * * *", timezone: Europe/Brussels}\n'


@pytest.mark.parametrize(
    ("head", "reads", "domain", "mesh", "schedule"),
    [
        pytest.param("", SOURCE, "", "", HOURLY, id="a source is read hourly"),
        pytest.param("", READS_OTHER, "", "", InputsSchedule(), id="another product is followed"),
        pytest.param("", SOURCE, "", DAILY, CronSchedule("0 0 * * *", "Europe/Brussels"), id="as the mesh says"),
        pytest.param("", READS_OTHER, DAILY, "", InputsSchedule(), id="a clock is for sources"),
        pytest.param(
            "", READS_OTHER, "schedule: {when: any}\n", DAILY, InputsSchedule(When.ANY), id="news are for the others"
        ),
        pytest.param("", SOURCE, "schedule: {on: inputs}\n", "", HOURLY, id="and not for sources"),
        pytest.param(
            'schedule: {cron: "5 * * * *"}',
            READS_OTHER,
            "schedule: {waitAtMost: 5m}\n",
            DAILY,
            CronSchedule("5 * * * *", "Europe/Brussels", timedelta(minutes=5)),
            id="each key from the nearest",
        ),
        pytest.param("schedule: {on: inputs}", READS_OTHER, DAILY, "", InputsSchedule(), id="its own word counts"),
    ],
)
def test_a_schedule_follows_from_words_and_inputs(
    tmp_path: Path, head: str, reads: str, domain: str, mesh: str, schedule: Schedule
) -> None:
    assert resolved(tmp_path, product(head, inputs=(reads,)), domain, mesh).schedule == schedule


@pytest.mark.parametrize(
    ("head", "domain", "mesh", "effort"),
    [
        pytest.param("", "", "", Effort(3, None), id="nobody says"),
        pytest.param("run: {retries: 0}", "run: {timeout: 2h}", "run: {retries: 5, timeout: 9h}",
                     Effort(0, timedelta(hours=2)), id="each key from the nearest"),
        pytest.param("run: {alertAfter: 30m}", "run: {pool: small}", f"run: {{pool: large, alertAfter: 4h}}\n{POOLS}",
                     Effort(pool="small", alert_after=timedelta(minutes=30)), id="the share of a domain"),
    ],
)  # fmt: skip
def test_how_hard_a_run_tries_is_said_by_the_nearest(
    tmp_path: Path, head: str, domain: str, mesh: str, effort: Effort
) -> None:
    assert resolved(tmp_path, product(head), f"{domain}\n", f"{mesh}\n").effort == effort


@pytest.mark.parametrize(
    ("own", "domain", "mesh", "file"),
    [
        ("run: {pool: smal}", "", POOLS, ORDERS),
        ("", "run: {pool: smal}\n", POOLS, "domains/shop/domain.yaml"),
        ("", "", f"run: {{pool: smal}}\n{POOLS}", "mesh.yaml"),
    ],
    ids=["product", "domain", "mesh"],
)
def test_a_pool_that_the_mesh_does_not_have_is_an_error_where_it_is_named(
    tmp_path: Path, own: str, domain: str, mesh: str, file: str
) -> None:
    files = {"mesh.yaml": MESH + mesh, "domains/shop/domain.yaml": domain or "description: x\n", ORDERS: product(own)}
    (found,) = load(write(tmp_path, files)).diagnostics
    assert (found.code, found.at.file) == (Code.UNDECLARED, file)
    assert (found.message, found.hint) == ("the mesh has no pool `smal`", "did you mean `small`?")


@pytest.mark.parametrize("slots", ["0", "-1", "1.5", "'3'", "10001", "true"])
def test_what_is_no_number_of_slots_is_an_error(tmp_path: Path, slots: str) -> None:
    mesh = f"{MESH}pools: [{{name: small, slots: {slots}}}]\n"
    (found,) = load(write(tmp_path, {"mesh.yaml": mesh, OTHER: product()})).diagnostics
    assert found.message.endswith("is not how many tasks may work at once")
    assert found.hint == "write a whole number from `1` to `10000`"


@pytest.mark.parametrize("retries", ["-1", "21", "1.5", "'3'", "many", "true"])
def test_what_is_no_number_of_retries_is_an_error(tmp_path: Path, retries: str) -> None:
    manifest = product(f"run: {{retries: {retries}}}")
    (found,) = load(write(tmp_path, {"mesh.yaml": MESH, ORDERS: manifest, OTHER: product()})).diagnostics
    assert found.message.endswith("is not how often something is tried again")
    assert found.hint == "write a whole number from `0` to `20`"


@pytest.mark.parametrize(
    ("head", "reads", "kind"),
    [
        ("", SOURCE, ProductType.SOURCE_ALIGNED),
        ("", READS_OTHER, ProductType.AGGREGATE),
        ("type: consumerAligned", READS_OTHER, ProductType.CONSUMER_ALIGNED),
    ],
)
def test_the_type_follows_from_the_inputs(tmp_path: Path, head: str, reads: str, kind: ProductType) -> None:
    assert resolved(tmp_path, product(head, inputs=(reads,))).type is kind


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        pytest.param("https://chat.example/shop", [], id="https"),
        pytest.param("mailto:shop@example.org", [], id="mail"),
        pytest.param("tel:+32-2-555-01-99", [], id="telephone"),
        pytest.param("chat.example/shop", ["`chat.example/shop` is not a link"], id="without a scheme"),
        pytest.param("mailto:everybody", ["`mailto:everybody` is not a link"], id="to nobody"),
        pytest.param("ask Ben", ["`ask Ben` is not a link"], id="words"),
    ],
)
def test_where_support_opens_is_a_link(tmp_path: Path, url: str, wrong: list[str]) -> None:
    head = f'support: [{{channel: "#shop", tool: slack, url: "{url}"}}]'
    found = load(write(tmp_path, {ORDERS: product(head)}))
    assert [d.message for d in found.diagnostics] == wrong


def test_team_support_and_purpose_come_from_the_nearest(tmp_path: Path) -> None:
    mesh = "purposes: [{name: growth, director: ann}]\npurpose: growth\nsupport: [{channel: '#mesh', tool: slack}]\n"
    domain = "team: {members: [{username: tom, role: productOwner}]}\n"
    found = resolved(tmp_path, product(), domain, mesh)
    assert (found.team, found.owner) == ((Member("tom", "productOwner"),), "tom")
    assert found.support == (SupportChannel("#mesh", "slack"),)
    assert found.purpose == "growth"
    own = resolved(tmp_path, product("team: {members: [{username: eva, role: productOwner}]}"), domain, mesh)
    assert own.owner == "eva"


def test_each_slo_comes_from_the_nearest(tmp_path: Path) -> None:
    domain = "slo: {freshness: {maxAge: 3h, objective: 99%}}\n"
    mesh = "slo: {freshness: {maxAge: 1d, objective: 95%}, quality: {objective: 99.9%}}\n"
    (port,) = resolved(tmp_path, product(port="slo: {quality: {objective: 90%}}"), domain, mesh).outputs
    fresh = Freshness(timedelta(hours=3), Ratio(Decimal("0.99")))
    assert port.slos == (fresh, Quality(Ratio(Decimal("0.9"))))


LANDING = "slo: {landing: {by: '07:00', timezone: Europe/Brussels, calendar: BE, objective: 95%}}"


@pytest.mark.parametrize(
    ("port", "slo"),
    [
        (LANDING, LandingBy(time(7), "Europe/Brussels", "BE", Ratio.parse("95%"))),
        ("slo: {landing: {by: '17:30', objective: 95%}}", LandingBy(time(17, 30), "UTC", None, Ratio.parse("95%"))),
        ("slo: {completeness: {objective: 99.9%}}", Completeness(Ratio.parse("99.9%"))),
    ],
    ids=["a landing", "every day in UTC", "completeness"],
)
def test_a_port_promises_what_its_slo_says(tmp_path: Path, port: str, slo: Slo) -> None:
    assert resolved(tmp_path, product(port=port)).outputs[0].slos == (slo,)


@pytest.mark.parametrize(
    ("head", "reads", "promised"),
    [
        ("", SOURCE, (Completeness(Ratio.parse("99%")),)),
        (DAILY, READS_OTHER, (Completeness(Ratio.parse("99%")),)),
        ("", READS_OTHER, ()),
    ],
    ids=["of a source", "of a product, by a clock", "on its inputs"],
)
def test_a_domains_completeness_is_for_those_that_a_clock_builds(
    tmp_path: Path, head: str, reads: str, promised: tuple[Slo, ...]
) -> None:
    domain = "slo: {completeness: {objective: 99%}}\n"
    assert resolved(tmp_path, product(head, inputs=(reads,)), domain).outputs[0].slos == promised


@pytest.mark.parametrize(
    ("port", "key", "mode"),
    [
        ("", "primaryKey: true", PublishMode.MERGE),
        ("", "unique: true", PublishMode.REPLACE),
        ("publish: {mode: ledger}", "primaryKey: true", PublishMode.LEDGER),
    ],
)
def test_publishing_follows_from_the_key(tmp_path: Path, port: str, key: str, mode: PublishMode) -> None:
    schema = f"{{name: orders, properties: [{{name: order_id, logicalType: string, {key}}}]}}"
    assert resolved(tmp_path, product(port=port, schema=schema)).outputs[0].tables[0].mode is mode


@pytest.mark.parametrize(
    ("port", "partitions"),
    [pytest.param("publish: {mode: partition}", ("order_id",), id="read"), pytest.param("", (), id="not read")],
)
def test_partitions_are_those_of_the_contract_where_they_are_published(
    tmp_path: Path, port: str, partitions: tuple[str, ...]
) -> None:
    columns = "{name: order_id, logicalType: string, partitioned: true}, {name: price, logicalType: number}"
    files = {ORDERS: product(port=port, schema=f"{{name: orders, properties: [{columns}]}}")}
    (port_,) = load(write(tmp_path, files)).mesh.products[0].outputs
    assert port_.tables[0].partitions == partitions


def test_one_input_without_sql_is_passed_on(tmp_path: Path) -> None:
    assert resolved(tmp_path, product()).outputs[0].tables[0].transform is None


@pytest.mark.parametrize(
    ("port", "domain", "file", "dialect"),
    [
        ("", "", "orders.sql", "bigquery"),
        ("transform: {sql: made.sql}", "dialect: duckdb\n", "made.sql", "duckdb"),
        ("transform: {dialect: bigquery}", "dialect: duckdb\n", "orders.sql", "bigquery"),
    ],
)
def test_sql_is_found_beside_the_manifest(tmp_path: Path, port: str, domain: str, file: str, dialect: str) -> None:
    files = {file.replace(".sql", "_sql"): "select order_id from in_0"}
    transform = resolved(tmp_path, product(port=port), domain, **files).outputs[0].tables[0].transform
    assert transform is not None
    assert (transform.file, transform.dialect) == (f"domains/shop/orders/{file}", dialect)
    assert transform.sql == "select order_id from in_0"


def test_the_sql_of_a_major_version_may_have_its_name(tmp_path: Path) -> None:
    second = product().partition("outputPorts:\n")[2].replace("1.0.0", "2.0.0")
    files = {"orders_sql": "select 'one' as order_id from in_0", "orders@2_sql": "select 'two' as order_id from in_0"}
    ports = resolved(tmp_path, product() + second, **files).outputs
    assert [p.tables[0].transform.sql[:12] for p in ports if p.tables[0].transform] == ["select 'one'", "select 'two'"]


@pytest.mark.parametrize(
    ("said", "pages"),
    [
        pytest.param("", OnePage(), id="nothing"),
        pytest.param(", paginate: link", LinkedPages(), id="a Link header"),
        pytest.param(", paginate: {next: links.next}", NamedPages("links.next"), id="a URL"),
        pytest.param(", paginate: {next: next, parameter: after}", NamedPages("next", "after"), id="a value"),
        pytest.param(", paginate: {page: page}", NumberedPages("page", 1), id="pages"),
        pytest.param(", paginate: {page: page, first: 0}", NumberedPages("page", 0), id="pages from 0"),
        pytest.param(", paginate: {offset: skip}", SkippedRecords("skip"), id="an offset"),
    ],
)
def test_an_api_is_what_the_manifest_says(tmp_path: Path, said: str, pages: Pages) -> None:
    asked = "path: v1/orders, query: {since: '{start:%Y-%m-%d}', limit: 100, paid: true}, records: data.items"
    columns = "contract: {schema: [{name: x, properties: [{name: at, logicalType: timestamp}]}]}"
    manifest = product(inputs=(f"source: {{block: http, connection: api, {asked}, cursor: at{said}}}, {columns}",))
    (port,) = resolved(tmp_path, manifest, orders_sql="select '1' as order_id from in_0").inputs
    query = (("since", "{start:%Y-%m-%d}"), ("limit", "100"), ("paid", "true"))
    assert port.source == HttpSource("api", "v1/orders", query, "data.items", pages, "at")


@pytest.mark.parametrize(
    ("said", "source"),
    [
        pytest.param("", KafkaSource("broker", "orders"), id="nothing"),
        pytest.param(", skip: [0@7]", KafkaSource("broker", "orders", ("0@7",)), id="one passed over"),
        pytest.param(
            ", quarantine: {atMost: 1%}",
            KafkaSource("broker", "orders", quarantine=Ratio(Decimal("0.01"))),
            id="a few set aside",
        ),
        pytest.param(
            ", registry: schemas", KafkaSource("broker", "orders", registry="schemas"), id="by registered schemas"
        ),
    ],
)
def test_a_topic_is_what_the_manifest_says(tmp_path: Path, said: str, source: KafkaSource) -> None:
    columns = "contract: {schema: [{name: x, properties: [{name: order_id, logicalType: string}]}]}"
    manifest = product(
        inputs=(f"source: {{block: kafka, connection: broker, topic: orders{said}}}, {columns}",),
        port="publish: {mode: append}",
    )
    (port,) = resolved(tmp_path, manifest, orders_sql="select '1' as order_id from in_0").inputs
    assert port.source == source


def test_inputs_are_what_the_manifest_says(tmp_path: Path) -> None:
    files = "source: {block: files, connection: drop_zone, path: 'a/{start:%Y-%m-%dT%H}.csv', format: csv, every: 1h}"
    table = "source: {block: database, connection: db, table: public.orders, cursor: changed_at}, required: false"
    columns = ", contract: {schema: [{name: x, properties: [{name: order_id, logicalType: string, required: true}]}]}"
    manifest = product(inputs=(files + columns, table, READS_OTHER))
    first, second, third = resolved(tmp_path, manifest, orders_sql="select 1").inputs
    assert first.source == FilesSource("drop_zone", "a/{start:%Y-%m-%dT%H}.csv", "csv", timedelta(hours=1))
    assert [(c.name, c.type, c.required) for c in first.columns] == [("order_id", LogicalType.STRING, True)]
    assert second.source == DatabaseSource("db", "public.orders", "changed_at")
    assert (second.required, second.columns) == (False, ())
    assert str(third.port) == "shop.other:orders@1"
    assert third.at is not None
    assert third.at.text[third.at.column - 1 :][: third.at.width] == "shop.other:orders@1"


def test_a_virtual_port_is_what_a_store_serves(tmp_path: Path) -> None:
    text = product(port="virtual: {connection: registry, table: aircraft}")
    found = resolved(tmp_path, text.replace(text[text.index("inputPorts") : text.index("outputPorts")], ""))
    assert found.is_virtual
    assert found.outputs[0].tables[0].virtual == VirtualSource("registry", "aircraft")
    assert found.type is ProductType.SOURCE_ALIGNED


QUALITY = """name: orders
          properties:
            - name: price
              logicalType: number
              required: true
              unique: true
              classification: internal
              examples: [1, 2.5]
              quality:
                - {metric: nullValues, mustBeLessThan: 5, unit: percent, severity: warning}
                - {metric: invalidValues, arguments: {validValues: [1, a]}, mustBe: 0}
                - {metric: invalidValues, arguments: {pattern: "^a"}, mustBe: 0}
            - {name: order_id, logicalType: string, primaryKey: true}
          quality:
            - {metric: duplicateValues, arguments: {properties: [order_id, price]}, mustBe: 0}
            - {metric: rowCount, mustBeBetween: [0, 1.5]}
            - {name: positive, type: sql, query: "select count(*) from {object} where price < 0", mustBe: 0}
            - {type: custom, engine: meshwright, implementation: hashChain}
            - {type: text, description: Somebody looks at it.}"""


def test_checks_are_what_the_contract_says(tmp_path: Path) -> None:
    zero = (Decimal(0),)
    manifest = product(
        port="publish: {mode: ledger}\n    onFail: {positive: warn, price-required: warn}", schema=QUALITY
    )
    (port,) = resolved(tmp_path, manifest).outputs
    assert port.tables[0].contract.checks == (
        Check(
            "price-null-values",
            Metric.NULL_VALUES,
            Operator.LESS,
            (Decimal(5),),
            ("price",),
            unit=Unit.PERCENT,
            severity=Severity.WARNING,
        ),
        Check("price-invalid-values", Metric.INVALID_VALUES, Operator.EQUAL, zero, ("price",), valid_values=("1", "a")),
        Check("price-invalid-values-2", Metric.INVALID_VALUES, Operator.EQUAL, zero, ("price",), pattern="^a"),
        Check("duplicate-values", Metric.DUPLICATE_VALUES, Operator.EQUAL, zero, ("order_id", "price")),
        Check("row-count", Metric.ROW_COUNT, Operator.BETWEEN, (Decimal(0), Decimal("1.5"))),
        Check(
            "positive",
            Metric.SQL,
            Operator.EQUAL,
            zero,
            query="select count(*) from orders where price < 0",
        ),
        Check("hash-chain", Metric.HASH_CHAIN, Operator.EQUAL, zero),
    )
    assert port.tables[0].contract.columns[0].examples == ("1", "2.5")
    assert port.tables[0].on_fail == (("positive", OnFail.WARN), ("price-required", OnFail.WARN))


def test_on_fail_knows_the_checks_that_columns_imply(tmp_path: Path) -> None:
    (port,) = resolved(tmp_path, product(port="publish: {mode: ledger}", schema=QUALITY)).outputs
    declared = {c.name for c in port.tables[0].contract.checks}
    assert port.tables[0].contract.implied_checks == {c.name for c in checks_of(port.tables[0])} - declared


def test_a_column_and_a_check_know_their_places(tmp_path: Path) -> None:
    (port,) = resolved(tmp_path, product(port="publish: {mode: ledger}", schema=QUALITY)).outputs
    places = [
        port.at,
        *(c.at for c in port.tables[0].contract.columns),
        *(c.at for c in port.tables[0].contract.checks),
    ]
    shown = [p.text[p.column - 1 :][: p.width] for p in places if p]
    assert shown == [
        "orders",
        "price",
        "order_id",
        "nullValues",
        "invalidValues",
        "invalidValues",
        "duplicateValues",
        "rowCount",
        "positive",
        "hashChain",
    ]


def test_every_value_has_an_origin(tmp_path: Path) -> None:
    domain = "slo: {freshness: {maxAge: 3h, objective: 99%}}\nteam: {members: [{username: tom, role: productOwner}]}\n"
    mesh = "schedule: {timezone: Europe/Brussels}\ndialect: duckdb\n"
    head = 'schedule: {cron: "5 * * * *"}'
    found = origins(tmp_path, product(head), domain, mesh, orders_sql="select order_id from in_0")
    assert found == {
        "name": "its folder",
        "domain": "its folder",
        "description": f"{ORDERS}:3",
        "inputPorts.in-0": f"{ORDERS}:6",
        "inputPorts.in-0.required": "default",
        "type": "its inputs",
        "schedule.cron": f"{ORDERS}:4",
        "schedule.timezone": "mesh.yaml:2",
        "schedule.waitAtMost": "default",
        "run.retries": "default",
        "run.timeout": "default",
        "run.alertAfter": "default",
        "run.pool": "default",
        "outputPorts.orders@1.version": f"{ORDERS}:9",
        "outputPorts.orders@1.contract": f"{ORDERS}:10",
        "outputPorts.orders@1.publish.mode": "its primary key",
        "outputPorts.orders@1.transform.sql": "its folder",
        "outputPorts.orders@1.transform.dialect": "mesh.yaml:3",
        "outputPorts.orders@1.retention": "default",
        "outputPorts.orders@1.slo.freshness": "domains/shop/domain.yaml:2",
        "team": "domains/shop/domain.yaml:3",
        "support": "default",
        "purpose": "default",
        "regions": "default",
    }
