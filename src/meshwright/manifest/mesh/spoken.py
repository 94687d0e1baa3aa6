"""Spoken: what does a domain say for its products, with all that it has from above, and where is each value from?"""

from collections.abc import Callable

from meshwright.manifest.mesh.domains import Above
from meshwright.manifest.mesh.governed import decisions
from meshwright.manifest.product.origin import DEFAULT, FOLDER, Resolved, Trace
from meshwright.manifest.product.slos import NAMES, said
from meshwright.manifest.product.subject import Layer, nearest
from meshwright.manifest.shapes.documents import Shared
from meshwright.manifest.shapes.organisation import Governed
from meshwright.manifest.text.place import Place
from meshwright.model.mesh import Domain
from meshwright.model.slo import slo_text
from meshwright.model.time import length_text

_Get = Callable[[Shared], str | None]


def spoken(domain: Above, resolved: Domain, top: tuple[Layer, ...]) -> tuple[Resolved, ...]:
    """Return each value that a domain has, its own or from above, with its origin."""
    own, trace = domain.own, Trace([])
    trace.note("name", own.name, FOLDER)
    for key in ("description", "type", "parent"):
        value = getattr(own.says, key)
        trace.note(key, value or "none", own.place[key] if value else DEFAULT)
    steward = next((d.place["steward"] for d in (own, *domain.parents) if d.says.steward), DEFAULT)
    trace.note("steward", resolved.steward or "nobody", steward)
    layers = [(layer.says, layer.place) for layer in (*domain.layers, *top)]
    for path, absent, get in _VALUES:
        found = nearest(path[0], get, *layers)
        value, place = (found[0], _below(found[1], path[1:])) if found else (absent, DEFAULT)
        trace.note(".".join(path), value, place)
    governing = [(says, place) for says, place in layers if isinstance(says, Governed)]
    decided = {d.policy: (d, place) for says, place in reversed(governing) for d in decisions(says, place)}
    for policy, (decision, place) in sorted(decided.items()):
        trace.note(f"policies.{policy}", decision.text, place["policies"][policy])
    return trace.resolved


def _below(place: Place, path: tuple[str, ...]) -> Place:
    for key in path:
        place = place[key]
    return place


def _team(says: Shared) -> str | None:
    return ", ".join(f"{m.username} ({m.role})" for m in says.team.members) if says.team else None


def _support(says: Shared) -> str | None:
    return ", ".join(s.channel for s in says.support) if says.support is not None else None


def _wait(says: Shared) -> str | None:
    block = says.schedule
    return length_text(block.wait_at_most) if block and block.wait_at_most else None


def _retries(says: Shared) -> str | None:
    return str(says.run.retries) if says.run and says.run.retries is not None else None


def _timeout(says: Shared) -> str | None:
    return length_text(says.run.timeout) if says.run and says.run.timeout else None


def _alert_after(says: Shared) -> str | None:
    return length_text(says.run.alert_after) if says.run and says.run.alert_after else None


def _slo(name: str) -> _Get:
    def get(says: Shared) -> str | None:
        promise = said(says, name)
        return None if promise is None else slo_text(promise)

    return get


_VALUES: tuple[tuple[tuple[str, ...], str, _Get], ...] = (
    (("team",), "nobody", _team),
    (("support",), "nowhere", _support),
    (("purpose",), "none", lambda says: says.purpose),
    (("schedule", "cron"), "0 * * * *", lambda says: says.schedule.cron if says.schedule else None),
    (("schedule", "timezone"), "UTC", lambda says: says.schedule.timezone if says.schedule else None),
    (("schedule", "waitAtMost"), "1h", _wait),
    (("schedule", "when"), "all", lambda says: says.schedule.when if says.schedule else None),
    (("run", "retries"), "3", _retries),
    (("run", "timeout"), "none", _timeout),
    (("run", "alertAfter"), "none", _alert_after),
    (("run", "pool"), "none", lambda says: says.run.pool if says.run else None),
    *((("slo", name), "none", _slo(name)) for name in NAMES),
    (("dialect",), "bigquery", lambda says: says.dialect),
)
"""The keys that a product can have from its domain, what holds where nobody says one, and how each reads."""
