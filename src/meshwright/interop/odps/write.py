"""Write: what does a product say in the words of ODPS 1.1.0?

What the standard has no word for (schedule, sources, publishing, SLOs) stands under `customProperties`, spelled as in a
manifest, so that an import of it loses nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from meshwright.graph.graph import MeshGraph
from meshwright.interop.draft import present
from meshwright.interop.odps.words import VENDOR, length_of
from meshwright.manifest.odcs import described
from meshwright.model.mesh import Mesh
from meshwright.model.naming import asset_uri, contract_id, dag_id, product_id
from meshwright.model.product import (
    CronSchedule,
    DatabaseSource,
    DataProduct,
    FilesSource,
    InputPort,
    InputsSchedule,
    OutputPort,
    OutputTable,
    Schedule,
    Source,
    SupportChannel,
    VirtualSource,
)
from meshwright.model.slo import Freshness, Quality, Slo

VERSION = "v1.1.0"
"""The version of the standard that is written."""

Element = dict[str, Any]


def document(graph: MeshGraph, product: DataProduct, status: str, sources: Mapping[str, Any]) -> Element:
    """Return the document of a product.

    `status` is a word of the standard, such as `active`; `sources` are the contracts that the manifest declares of its
    own sources, by the names of the input ports.
    """
    return present(
        apiVersion=VERSION,
        kind="DataProduct",
        id=product_id(product.address),
        name=product.address.product,
        version=max((p.version for p in product.outputs), key=_parts, default=None),
        status=status,
        domain=product.address.domain,
        type=product.type.value,
        description=described(product.description),
        tags=list(product.tags),
        inputPorts=[_input(graph, port, sources.get(port.name)) for port in product.inputs],
        outputPorts=[_output(graph, product, port) for port in product.outputs],
        managementPorts=list(_management(product)),
        support=[_channel(c) for c in product.support if _url(c)],
        team=present(members=[_member(graph.mesh, m.username, m.role) for m in product.team]),
        customProperties=_custom(
            purpose=product.purpose,
            schedule=_schedule(product.schedule),
            support=[present(channel=c.channel, tool=c.tool) for c in product.support if not _url(c)],
        ),
    )


def _custom(**ours: Any) -> list[Element]:
    return [{"property": key, "value": value, "vendor": VENDOR} for key, value in present(**ours).items()]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _input(graph: MeshGraph, port: InputPort, contract: Any) -> Element:
    read = None if port.port is None else graph.output(port.port)
    return present(
        name=port.name,
        version=read.version if read else None,
        contractId=contract_id(port.port) if port.port else None,
        customProperties=_custom(
            from_=str(port.port) if port.port else None,
            source=_source(port.source) if port.source else None,
            contract=contract,
            required=None if port.required else False,
        ),
    )


def _source(source: Source) -> Element:
    match source:
        case FilesSource(connection, path, format_, every):
            cadence = length_of(every) if source.is_bounded else None
            return present(block="files", connection=connection, path=path, format=format_, every=cadence)
        case DatabaseSource(connection, table, cursor):
            return present(block="database", connection=connection, table=table, cursor=cursor)
        case VirtualSource(connection, table):
            return {"connection": connection, "table": table}


def _output(graph: MeshGraph, product: DataProduct, port: OutputPort) -> Element:
    address = product.port_address(port)
    return present(
        name=port.name,
        description=port.tables[0].contract.description if len(port.tables) == 1 else "",
        type="tables",
        version=port.version,
        contractId=contract_id(address),
        inputContracts=list(_lineage(graph, product, port)),
        customProperties=_custom(
            virtual=_virtual(port),
            publish=None if product.is_virtual else {"mode": _each(port, lambda table: table.mode.value)},
            columns=dict(_terms(port)),
            onFail=dict(_consequences(port)),
            slo=dict(_slo(slo) for slo in port.slos),
            samples=[{"title": s.title, "sql": s.sql} for s in port.samples],
        ),
    )


def _each(port: OutputPort, said: Callable[[OutputTable], str]) -> str | dict[str, str]:
    """Return what is said of a port's only table; of several, what is said of each."""
    found = {name: said(table) for name, table in port.named}
    return found.get("", found)


def _virtual(port: OutputPort) -> Element | None:
    served = port.tables[0].virtual
    if served is None:
        return None
    return {"connection": served.connection, "table": _each(port, lambda t: t.virtual.table if t.virtual else "")}


def _terms(port: OutputPort) -> Iterator[tuple[str, Element]]:
    for name, table in port.named:
        for column in table.contract.columns:
            if column.term:
                yield f"{name}.{column.name}" if name else column.name, {"term": column.term}


def _consequences(port: OutputPort) -> Iterator[tuple[str, str]]:
    for name, table in port.named:
        for check, consequence in table.on_fail:
            yield f"{name}.{check}" if name else check, consequence.value


def _lineage(graph: MeshGraph, product: DataProduct, port: OutputPort) -> Iterator[Element]:
    """Yield the contracts of what a port's SQL reads; of what another store serves, those of all inputs."""
    if product.is_virtual:
        sources = sorted({i.port for i in product.inputs if i.port is not None})
    else:
        sources = list(graph.port_sources(product.port_address(port)))
    for source in sources:
        read = graph.output(source)
        if read is not None:
            yield {"id": contract_id(source), "version": read.version}


def _slo(slo: Slo) -> tuple[str, Mapping[str, str]]:
    match slo:
        case Freshness(max_age, objective):
            return "freshness", {"maxAge": length_of(max_age), "objective": str(objective)}
        case Quality(objective):
            return "quality", {"objective": str(objective)}


def _schedule(schedule: Schedule) -> Element:
    match schedule:
        case CronSchedule(cron, timezone, wait):
            return {"cron": cron, "timezone": timezone, "waitAtMost": length_of(wait)}
        case InputsSchedule(when):
            return {"on": "inputs", "when": when.value}


def _management(product: DataProduct) -> Iterator[Element]:
    """Yield where a product is steered, and where its publishes are told: in Airflow."""
    yield {
        "name": "dag",
        "content": "control",
        "type": "rest",
        "channel": dag_id(product.address),
        "description": "The DAG of this id in Airflow's REST API: runs, and whether they are paused.",
    }
    for port in product.outputs:
        yield {
            "name": f"{port.name}-v{port.major}-published",
            "content": "observability",
            "type": "topic",
            "channel": asset_uri(product.port_address(port)),
            "description": "The Airflow asset of this URI: an event for each publish, with its rows and watermark.",
        }


def _url(channel: SupportChannel) -> str:
    """Return where a channel opens, which the standard wants to know; empty where nobody said."""
    return channel.url or (f"mailto:{channel.channel}" if "@" in channel.channel[1:] else "")


def _channel(channel: SupportChannel) -> Element:
    return present(channel=channel.channel, url=_url(channel), tool=channel.tool)


def _member(mesh: Mesh, username: str, role: str) -> Element:
    person = mesh.person(username)
    return present(username=username, name=person.name if person else None, role=role)
