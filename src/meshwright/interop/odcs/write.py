"""Write: what does a port promise, in the words of ODCS?

A contract in a manifest is the standard's but for its header and for what the product says once for all its ports: who
answers, where to ask, what is promised of the service, where the data is. A contract in a file says all of that itself.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from meshwright.interop.draft import present
from meshwright.manifest.shapes.odcs import described
from meshwright.manifest.standards.service_levels import one_unit
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.slo import Completeness, Freshness, LandingBy, Quality, Slo, slo_text

Element = dict[str, Any]

_AFTER_SCHEMA = ("price", "roles", "slaProperties", "authoritativeDefinitions", "customProperties")


def document(product: DataProduct, port: OutputPort, block: Mapping[str, Any], id_: str) -> Element:
    """Return a port's contract with all that a block in a manifest leaves to others; its own words go first."""
    around = present(
        apiVersion="v3.1.0",
        kind="DataContract",
        id=id_,
        name=port.name,
        version=port.version,
        status="active",
        domain=product.address.domain,
        tags=list(product.tags),
        description=described(product.description),
        servers=list(_servers(port)),
    )
    after = present(
        team=present(members=[{"username": m.username, "role": m.role} for m in product.team]),
        support=[present(channel=c.channel, tool=c.tool, url=c.url) for c in product.support],
        slaProperties=[*map(_service_level, port.slos), *_retentions(port)],
    )
    own = {key: value for key, value in block.items() if key not in _AFTER_SCHEMA}
    return {**around, **own, **after, **{key: block[key] for key in _AFTER_SCHEMA if key in block}}


def _servers(port: OutputPort) -> Iterator[Element]:
    """Yield where the data is: the store that a connection names, which each environment resolves for itself."""
    served = [table.virtual for table in port.tables if table.virtual is not None]
    if served:
        tables = f"The table{'s' if len(served) > 1 else ''} {', '.join(source.table for source in served)}"
        description = f"{tables} behind the connection {served[0].connection}."
        yield {"server": served[0].connection, "type": "custom", "description": description}


def _retentions(port: OutputPort) -> Iterator[Element]:
    """Yield how long rows are kept, of each table that says so."""
    for table in port.tables:
        kept = table.retention
        if kept is not None:
            length = one_unit(kept.keep)
            element = f"{table.name}.{kept.by}" if kept.by else table.name
            yield {"property": "retention", "value": int(length[:-1]), "unit": length[-1], "element": element}


def _service_level(slo: Slo) -> Element:
    match slo:
        case Freshness(max_age, objective):
            length = one_unit(max_age)
            held = f"Never older, {objective} of the time."
            return {"property": "latency", "value": int(length[:-1]), "unit": length[-1], "description": held}
        case LandingBy():
            return {"property": "timeOfAvailability", "value": f"{slo.by:%H:%M}", "description": f"{slo_text(slo)}."}
        case Completeness(objective):
            held = "The share of what should be there that is there."
            return {"property": "completeness", "value": f"{objective}", "description": held}
        case Quality(objective):
            held = "The share of checks that pass."
            return {"property": "quality", "value": f"{objective}", "description": held}
