"""DAGs: one product of a release as the DAG that runs it. Pure: everything was resolved when the release was cut.

A product that runs when its inputs publish is started by *any* of them, also where it needs news from all: Airflow
forgets which publishes it has waited for as soon as a run is queued, so that waiting there would lose updates. What is
new, and for how long, follows from the watermarks; a run that finds nothing new is skipped (docs/decisions/0040).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DAG, Asset, AssetAny, CronDataIntervalTimetable

from meshwright.airflow.operators import (
    RETRIES,
    BrokenOperator,
    CheckOperator,
    PublishOperator,
    StageOperator,
    remember,
)
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.contract import Column
from meshwright.model.mask import mask_text
from meshwright.model.naming import CHECK, PUBLISH, STAGE, asset_name, asset_uri, dag_id
from meshwright.model.product import CronSchedule, DataProduct, OutputPort, OutputTable
from meshwright.model.slo import slo_text
from meshwright.release.record import Record

BROKEN = "broken"
"""The tag of a product that its release does not hold as it should."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an environment binds: the intervals that are run there, from `since`, and before `until` in a replay."""

    since: datetime
    until: datetime | None = None


def build_dag(record: Record, bounds: Bounds) -> DAG:
    """Return the DAG of one product."""
    product = record.product
    dag = DAG(
        dag_id(product.address),
        schedule=_schedule(product),
        start_date=bounds.since,
        # Airflow also runs the interval that starts at the end.
        end_date=None if bounds.until is None else bounds.until - timedelta(seconds=1),
        catchup=isinstance(product.schedule, CronSchedule),
        max_active_runs=1,
        is_paused_upon_creation=False,
        rerun_with_latest_version=False,
        description=product.description,
        doc_md=_documentation(record),
        tags={product.address.domain, product.type.value, *product.tags},
        owner_links=_owner_links(product),
        default_args={
            "owner": product.owner or product.address.domain,
            "retries": RETRIES,
            "retry_delay": timedelta(seconds=10),
            "retry_exponential_backoff": True,
            "on_failure_callback": remember,
        },
    )
    outlets = [port_asset(product.port_address(port)) for port in product.outputs]
    stage = StageOperator(task_id=STAGE, record=record, dag=dag)
    check = CheckOperator(task_id=CHECK, record=record, dag=dag)
    publish = PublishOperator(task_id=PUBLISH, record=record, outlets=outlets, dag=dag)
    stage.set_downstream(check)
    check.set_downstream(publish)
    return dag


def broken_dag(product: ProductAddress, reason: str) -> DAG:
    """Return what stands for a product that cannot be built: the other products of its file go on."""
    dag = DAG(dag_id(product), schedule=None, description=reason, doc_md=f"**Broken.** {reason}", tags={BROKEN})
    BrokenOperator(task_id=BROKEN, reason=reason, retries=0, dag=dag)
    return dag


def port_asset(port: PortAddress) -> Asset:
    """Return the asset that a port is to Airflow."""
    uri = asset_uri(port)
    asset = Asset(name=asset_name(port), uri=f"x-{uri}", group=port.product.domain)
    # For any other scheme than `x-…` Airflow asks all providers for theirs, and imports Google's clients to do so: a
    # second of each task. The URIs of ports need no cleaning.
    object.__setattr__(asset, "uri", uri)
    return asset


def _schedule(product: DataProduct) -> Any:
    match product.schedule:
        case CronSchedule(cron=cron, timezone=timezone):
            return CronDataIntervalTimetable(cron, timezone=timezone)
        case _:
            return AssetAny(*[port_asset(p.port) for p in product.inputs if p.port is not None])


def _owner_links(product: DataProduct) -> dict[str, str]:
    url = next((s.url for s in product.support if s.url), None)
    return {product.owner: url} if product.owner and url else {}


def _documentation(record: Record) -> str:
    product = record.product
    facts = [f"**{product.type.value}**", f"release `{record.release.short}`"]
    facts += [f"owner {product.owner}"] if product.owner else []
    facts += [f"purpose {product.purpose}"] if product.purpose else []
    ports = [_port_documentation(port) for port in product.outputs]
    return "\n\n".join([product.description, " · ".join(facts), *ports])


def _port_documentation(port: OutputPort) -> str:
    promises = [f"- {slo_text(slo)}" for slo in port.slos]
    parts = [part for name, table in port.named for part in _table_documentation(name, table)]
    return "\n".join([f"### {port.name} {port.version}", *promises, *parts])


def _table_documentation(name: str, table: OutputTable) -> list[str]:
    rows = [
        f"| `{c.name}` | {c.type.value} | {'yes' if c.required or c.primary_key else ''} | {_meaning(c)} |"
        for c in table.contract.columns
    ]
    heading = ["", f"#### {name}"] if name else []
    return [*heading, "", "| column | type | required | |", "|---|---|---|---|", *rows]


def _meaning(column: Column) -> str:
    masked = f" ({mask_text(column.mask)})" if column.mask else ""
    return _cell(f"{column.description}{masked}".strip())


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
