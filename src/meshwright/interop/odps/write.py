"""Write: what does a product say in the words of ODPS 1.1.0?

What the standard has no word for (sources, publishing, samples) stands under `customProperties` as the manifest says
it, and so does what a product inherits (schedule, purpose, SLOs): an import of it loses nothing but the SQL.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from meshwright.graph.graph import MeshGraph
from meshwright.interop.draft import present
from meshwright.interop.foreign import Foreign
from meshwright.interop.odps.words import VENDOR
from meshwright.interop.spelled import ordered
from meshwright.manifest.shapes.odcs import described
from meshwright.manifest.standards.service_levels import one_unit
from meshwright.model.address import PortAddress
from meshwright.model.mesh import Mesh
from meshwright.model.naming import asset_uri, dag_id, product_id
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    InputPort,
    InputsSchedule,
    OutputPort,
    Schedule,
    SupportChannel,
)
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality, Slo
from meshwright.model.value import value

VERSION = "v1.1.0"
"""The version of the standard that is written."""

Element = dict[str, Any]


_PRODUCT = {"apiVersion", "kind", "type", "description", "tags", "team", "support", "inputPorts", "outputPorts"}
_INPUT = {"name"}
_OUTPUT = {"name", "version", "contract"}
"""The keys of a manifest that the standard has words for."""


@value
class OnFile:
    """What only files say: the manifest of a product, and the ids of the contracts of ports."""

    manifest: Foreign
    ids: Mapping[PortAddress, str]


def document(graph: MeshGraph, product: DataProduct, status: str, on_file: OnFile) -> Element:
    """Return the document of a product; `status` is a word of the standard, such as `active`."""
    said = on_file.manifest
    inherited = present(
        purpose=product.purpose,
        schedule=_schedule(product.schedule),
        support=[present(channel=c.channel, tool=c.tool) for c in product.support if not _url(c)],
    )
    return present(
        apiVersion=VERSION,
        kind="DataProduct",
        id=product_id(product.address),
        name=product.address.product,
        version=max((p.version for p in product.outputs), key=ordered, default=None),
        status=status,
        domain=product.address.domain,
        type=product.type.value,
        description=described(product.description),
        tags=list(product.tags),
        inputPorts=[
            _input(graph, port, says, on_file)
            for port, says in zip(product.inputs, said["inputPorts"].items, strict=True)
        ],
        outputPorts=[
            _output(graph, product, port, says, on_file)
            for port, says in zip(product.outputs, said["outputPorts"].items, strict=True)
        ],
        managementPorts=list(_management(product)),
        support=[_channel(c) for c in product.support if _url(c)],
        team=present(members=[_member(graph.mesh, m.username, m.role) for m in product.team]),
        customProperties=_custom({**inherited, **_beyond(said, _PRODUCT)}),
    )


def _beyond(said: Foreign, words: set[str]) -> Element:
    """Return what a manifest says that the standard has no word for, as it says it."""
    return {key: value for key, value in said.mapping.items() if key not in words}


def _custom(ours: Element) -> list[Element]:
    return [{"property": key, "value": value, "vendor": VENDOR} for key, value in ours.items()]


def _input(graph: MeshGraph, port: InputPort, said: Foreign, on_file: OnFile) -> Element:
    read = None if port.port is None else graph.output(port.port)
    return present(
        name=port.name,
        version=read.version if read else None,
        contractId=on_file.ids.get(port.port) if port.port else None,
        customProperties=_custom(_beyond(said, _INPUT)),
    )


def _output(graph: MeshGraph, product: DataProduct, port: OutputPort, said: Foreign, on_file: OnFile) -> Element:
    own, slo = _beyond(said, _OUTPUT), dict(_slo(slo) for slo in port.slos)
    return present(
        name=port.name,
        description=port.tables[0].contract.description if len(port.tables) == 1 else "",
        type="tables",
        version=port.version,
        contractId=on_file.ids.get(product.port_address(port)),
        inputContracts=list(_lineage(graph, product, port, on_file)),
        customProperties=_custom({**own, **present(slo={**slo, **said["slo"].mapping})}),
    )


def _lineage(graph: MeshGraph, product: DataProduct, port: OutputPort, on_file: OnFile) -> Iterator[Element]:
    """Yield the contracts of what a port's SQL reads; of what another store serves, those of all inputs."""
    if product.is_virtual:
        sources = sorted({i.port for i in product.inputs if i.port is not None})
    else:
        sources = list(graph.port_sources(product.port_address(port)))
    for source in sources:
        read = graph.output(source)
        if read is not None:
            yield {"id": on_file.ids[source], "version": read.version}


def _slo(slo: Slo) -> tuple[str, Mapping[str, str]]:
    match slo:
        case Freshness(max_age, objective):
            return "freshness", {"maxAge": one_unit(max_age), "objective": str(objective)}
        case LandingBy():
            said = {"by": f"{slo.by:%H:%M}", "timezone": slo.timezone, "calendar": slo.calendar}
            return "landing", present(**said, objective=str(slo.objective))
        case Completeness(objective):
            return "completeness", {"objective": str(objective)}
        case Quality(objective):
            return "quality", {"objective": str(objective)}


def _schedule(schedule: Schedule) -> Element:
    match schedule:
        case CronSchedule(cron, timezone, wait):
            return {"cron": cron, "timezone": timezone, "waitAtMost": one_unit(wait)}
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
