"""Naming: every name that Meshwright generates, made here and nowhere else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # every worker of a task loads this module; the values' classes take longer to make than all of it
    from meshwright.model.address import PortAddress, ProductAddress, TableAddress
    from meshwright.model.identity import PublishId

SCHEME = "mesh"
"""Scheme of asset URIs, and OpenLineage's namespace."""

_PARTITIONS = "partitions"

STAGE, CHECK, PUBLISH = "stage", "check", "publish"
"""Task ids: the engine's three verbs that a run takes."""

RECONCILER, RECONCILE = "mesh-reconciler", "reconcile"
"""The DAG that starts missing runs, and its task. Products have a dot in their ids, so none can be called so."""

RECONCILER_FILE = "mesh_reconciler.py"
"""The DAG file of the reconciler: those of shards end in a number."""

MESH_FILE, LOCK_FILE, DOMAINS = "mesh.yaml", "mesh.lock", "domains"
"""What a mesh's folder, or a repository of some of its domains, holds."""

DOMAIN_FILE, PRODUCT_FILE = "domain.yaml", "product.yaml"
"""The manifests in the folder of a domain and of a product."""

ODPS_FILE = "product.odps.yaml"
"""The document of ODPS that a product came from, kept for what its manifest has no word for."""

CACHE, FETCHED = ".mesh/cache", ".mesh/fetched"
"""Below a mesh's folder: what can be made again, and the releases that the repository was built against."""


def environment_mistake(name: str) -> tuple[str, str] | None:
    """Why an environment, which has a folder of its own in `.mesh/`, cannot have a name, and what to do instead."""
    from meshwright.model.address import NAME

    if NAME.fullmatch(name) is None:
        return f"`{name}` is not a name", "use lower-case letters, digits and `-`, and begin with a letter"
    if state_folder(name) in (CACHE, FETCHED):
        return f"an environment cannot be called `{name}`", f"choose another name: `{state_folder(name)}` is taken"
    return None


def state_folder(environment: str) -> str:
    """What an environment keeps on this machine, below a mesh's folder."""
    return f".mesh/{environment}"


def domain_home(domain: str) -> str:
    """The folder that a domain's team commits: `domains/sales`."""
    return f"{DOMAINS}/{domain}"


def product_home(product: ProductAddress) -> str:
    """The folder that a product's manifest is in: `domains/sales/orders`."""
    return f"{domain_home(product.domain)}/{product.product}"


def dag_id(product: ProductAddress) -> str:
    """`domain.product`."""
    return str(product)


def asset_name(port: PortAddress) -> str:
    """`domain.product:port@1`."""
    return str(port)


def asset_uri(port: PortAddress) -> str:
    """`mesh://domain/product/port/v1`: stable for as long as the major is served."""
    return f"{SCHEME}://{port.product.domain}/{port.product.product}/{port.name}/v{port.major}"


def partitions_name(port: PortAddress) -> str:
    """`domain.product:port@1/partitions`."""
    return f"{asset_name(port)}/{_PARTITIONS}"


def partitions_uri(port: PortAddress) -> str:
    """`mesh://domain/product/port/v1/partitions`: the asset whose events are about one partition each."""
    return f"{asset_uri(port)}/{_PARTITIONS}"


def port_name(uri: str) -> str | None:
    """The port that an asset's URI is of, `domain.product:port@1`; None for its partitions."""
    parts = uri.removeprefix(f"{SCHEME}://").split("/")
    if len(parts) != 4:
        return None
    domain, product, port, version = parts
    return f"{domain}.{product}:{port}@{version.removeprefix('v')}"


def is_port_path(path: str) -> bool:
    """Tell whether the path of an asset's URI is that of a port, or of a port's partitions."""
    parts = path.strip("/").split("/")
    return len(parts) == 3 or (len(parts) == 4 and parts[3] == _PARTITIONS)


def product_id(product: ProductAddress) -> str:
    """The `id` of a product in ODPS: its address."""
    return str(product)


def contract_id(port: PortAddress) -> str:
    """The `id` of a port's contract in ODCS, by which ODPS refers to it: `domain.product:port-v1`, without an `@`."""
    return f"{port.product}:{port.name}-v{port.major}"


def contract_file(port: PortAddress) -> str:
    """The file that a port's contract is exported to: `domain.product.port-v1.odcs.yaml`."""
    return f"{port.product}.{port.name}-v{port.major}.odcs.yaml"


def loader_file(domain: str, number: int) -> str:
    """The DAG file that builds one shard of a domain's products."""
    return f"mesh_{domain.replace('-', '_')}_{number}.py"


def shard(domain: str, number: int) -> str:
    """The name of a shard in a release's index."""
    return f"{domain}-{number}"


def sql_name(text: str) -> str:
    """An address's part as SQL across the mesh spells it: `-` becomes `_`."""
    return text.replace("-", "_")


def local_table(input_port: str, table: str) -> str:
    """The name by which SQL reads a table of an input: `orders`, or `orders.lines` where the port has several."""
    return f"{input_port}.{table}" if table else input_port


def one_name(dotted: str) -> str:
    """The one identifier of a table whose name has several parts, which no engine could take as it is."""
    return dotted.replace(".", "__")


def input_table(input_port: str, table: str = "") -> str:
    """The one identifier by which an engine reads a table of an input: `web_orders`, or `web_orders__lines`."""
    return one_name(local_table(sql_name(input_port), table))


def stored_table(table: TableAddress) -> str:
    """The table inside its product's store: `sales`, `sales_v2`; `orders__lines` where the port has several.

    In lower case, as is every name in SQL across the mesh: SQL knows no case.
    """
    name = _versioned(table.port)
    return f"{name}__{table.name.lower()}" if table.name else name


def code_table(table: TableAddress) -> str:
    """What a session calls a table that code has made: no input and no SQL can have a name that begins so."""
    return f"_made_{stored_table(table)}"


def mesh_table(table: TableAddress) -> tuple[str, ...]:
    """The name of a table in SQL across the mesh: `domain.product.port`, or `domain.product.port.table`."""
    port = table.port
    names = (sql_name(port.product.domain), sql_name(port.product.product), _versioned(port))
    return (*names, table.name.lower()) if table.name else names


def query_table(table: TableAddress) -> str:
    """The table inside the one session that a question across the mesh is asked in."""
    return one_name(".".join(mesh_table(table)))


def _versioned(port: PortAddress) -> str:
    name = sql_name(port.name)
    return name if port.major <= 1 else f"{name}_v{port.major}"


def table_names(text: str) -> tuple[str, ...]:
    """The one to three names of a table in somebody's database: of `shop."all orders"`, `shop` and `all orders`."""
    return tuple(part.strip('"`') for part in re.findall(r'"[^"]+"|`[^`]+`|[^."`]+', text))


def product_folder(product: ProductAddress) -> str:
    """The folder of a product's files below the data root."""
    return f"{product.domain}/{product.product}"


def store_file(product: ProductAddress) -> str:
    """The DuckDB file that consumers attach, below the data root."""
    return f"{product_folder(product)}/data.duckdb"


def stage_file(product: ProductAddress, publish_id: PublishId) -> str:
    """The DuckDB file of one stage, below the data root."""
    return f"{product_folder(product)}/stage-{publish_id}.duckdb"


def kept_file(product: ProductAddress, publish_id: PublishId) -> str:
    """The DuckDB file as an earlier publish left it, below the data root."""
    return f"{product_folder(product)}/kept-{publish_id}.duckdb"


def lock_file(product: ProductAddress) -> str:
    """The file whose lock a publisher of the product holds, below the data root."""
    return f"{product_folder(product)}/.lock"


def working_folder(product: ProductAddress, publish_id: PublishId) -> str:
    """Where a process keeps what it has not finished, below the data root; swept when the process is dead."""
    return f"{product_folder(product)}/.working-{publish_id}"


def dataset(product: ProductAddress, prefix: str) -> str:
    """The dataset of BigQuery that consumers read a product in: `sales__orders`, or `dev__sales__orders`."""
    return "__".join(filter(None, (prefix, sql_name(product.domain), sql_name(product.product))))


def store_dataset(product: ProductAddress, prefix: str) -> str:
    """The dataset that holds a product's rows, its publish log and what was set aside."""
    return f"{dataset(product, prefix)}__store"


def stage_dataset(product: ProductAddress, prefix: str) -> str:
    """The dataset of a product's stages, whose tables expire."""
    return f"{dataset(product, prefix)}__stage"


def stage_table(publish_id: PublishId, part: str) -> str:
    """A table of one stage: `20130101T000000000000_1a2b3c4d__sales`."""
    return f"{str(publish_id).replace('-', '_')}__{part}"


def job_id(publish_id: PublishId, step: str, attempt: int = 1) -> str:
    """The job that takes a step of a run, which is not begun twice; a later attempt where one failed."""
    plain = re.sub(r"[^A-Za-z0-9_-]", "_", step)
    return f"{SCHEME}_{publish_id}_{plain}" + (f"_{attempt}" if attempt > 1 else "")


def job_page(project: str, location: str, job: str) -> str:
    """The page of Google's console that shows a job: `https://console.cloud.google.com/bigquery?project=…&j=bq:EU:…`."""
    return f"https://console.cloud.google.com/bigquery?project={project}&j=bq:{location}:{job}&page=queryresults"


def key_name(space: str) -> str:
    """The connection of Airflow whose password is the key of a subject space."""
    return f"mesh_key_{sql_name(space)}"


def key_variable(space: str) -> str:
    """The environment variable that a laptop finds the key of a subject space in."""
    return key_name(space).upper()


def catalog_entry(group: str, address: str) -> str:
    """The entry of an address in an entry group of Google's catalogue, whose ids know no `:` and no `@`."""
    return f"{group}/entries/{address.replace(':', '.').replace('@', '-v')}"


def connection_namespace(connection: str) -> str:
    """The namespace of OpenLineage that what a connection leads to is in: `connection:marketplace_db`."""
    return f"connection:{connection}"


def connection_variable(connection: str) -> str:
    """The environment variable that a laptop resolves a connection from."""
    return "MESH_CONN_" + sql_name(connection).upper()
