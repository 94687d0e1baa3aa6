"""Spec: what is Airflow told of a product? Compiled when a release is cut, so that a DAG file has nothing to work out.

Nothing of the release itself is in it: a DAG that did not change stays, to Airflow, the one that it was.
"""

from datetime import timedelta

from meshwright.model.address import PortAddress
from meshwright.model.contract import Column
from meshwright.model.mask import mask_text
from meshwright.model.naming import asset_name, asset_uri, partitions_name, partitions_uri
from meshwright.model.product import CronSchedule, DataProduct, OutputPort, OutputTable, SupportChannel
from meshwright.model.slo import slo_text
from meshwright.release.shard import DagSpec

WAIT = timedelta(hours=1)
"""How long a run that its inputs have started waits for its sources."""


def spec_of(product: DataProduct) -> DagSpec:
    """Return what Airflow is told of a product."""
    clock = product.schedule if isinstance(product.schedule, CronSchedule) else None
    return DagSpec(
        description=product.description,
        doc=_documentation(product),
        owner=product.owner or product.address.domain,
        tags=(product.address.domain, product.type.value, *product.tags),
        wait=(clock.wait_at_most if clock else WAIT).total_seconds(),
        cron=clock.cron if clock else None,
        timezone=clock.timezone if clock else "UTC",
        starters=() if clock else tuple(_asset(p.port) for p in product.inputs if p.port is not None),
        outlets=tuple(_asset(product.port_address(port)) for port in product.outputs),
        partitions=tuple(_partitions(product.port_address(port)) for port in product.outputs if port.is_partitioned),
        owner_url=next(filter(None, map(_link, product.support)), None) if product.owner else None,
        retries=product.effort.retries,
        timeout=product.effort.timeout.total_seconds() if product.effort.timeout else None,
        pool=product.effort.pool,
        alert_after=product.effort.alert_after.total_seconds() if product.effort.alert_after else None,
    )


def _link(channel: SupportChannel) -> str | None:
    """Return where a channel opens: its URL, or the address of a mailbox. Airflow takes no `tel:` for a link."""
    mail = f"mailto:{channel.channel}" if channel.tool == "email" and "@" in channel.channel else None
    return channel.url if channel.url.startswith(("https://", "http://", "mailto:")) else mail


def _asset(port: PortAddress) -> tuple[str, str]:
    return asset_name(port), asset_uri(port)


def _partitions(port: PortAddress) -> tuple[str, str]:
    return partitions_name(port), partitions_uri(port)


def _documentation(product: DataProduct) -> str:
    facts = [f"**{product.type.value}**"]
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
