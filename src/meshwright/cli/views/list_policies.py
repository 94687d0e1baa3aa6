"""mesh policy list: how is each policy decided, by whom, from when on; and what is waived, until when?"""

import click

from meshwright.cli.console import print_json, print_table, progress
from meshwright.cli.verb import Edge
from meshwright.compiler.compilation import read_mesh
from meshwright.gate.policies.parameters import value_text
from meshwright.gate.policies.registry import shadowed
from meshwright.gate.policies.rulings import Ruling, rulings
from meshwright.gate.policies.waivers import is_expired, product_of_waiver
from meshwright.model.errors import NotFound
from meshwright.model.policy import Waiver
from meshwright.model.spelling import did_you_mean

_HEADS = ("POLICY", "CODE", "SEVERITY", "FROM", "PARAMETERS", "DECIDED BY")
_WAIVED = ("WAIVED", "OF", "UNTIL", "BY", "BECAUSE")


def show(edge: Edge, domain: str | None) -> None:
    """Print the policies as they are decided in these files, and the waivers."""
    mesh = read_mesh(edge.workspace.root, edge.workspace.cache).mesh
    if domain is not None and mesh.domain(domain) is None:
        hint = did_you_mean(domain, (d.name for d in mesh.domains), otherwise="`mesh list --domains` shows all domains")
        raise NotFound(f"there is no domain `{domain}`", hint=hint)
    taken = rulings(mesh, domain).values()
    for name, package in shadowed():
        progress(f"the package {package} brings a policy `{name}`, and the one that is built in counts")
    waived = [w for w in mesh.all_waivers if domain in (None, product_of_waiver(w).domain)]
    if edge.json:
        print_json({"policies": [_plain(r) for r in taken], "waivers": [_waiver_plain(w, edge) for w in waived]})
        return
    print_table(_HEADS, [_row(r) for r in taken])
    if waived:
        click.echo()
        print_table(_WAIVED, [(w.policy, w.subject, _until(w, edge), w.owner, w.reason) for w in waived])


def _row(ruling: Ruling) -> tuple[str, ...]:
    parameters = ", ".join(f"{p.name} {value_text(v)}" for p, v in ruling.settings() if v != p.default)
    since = str(ruling.effective_from or "")
    by = ruling.decided_by.strip("`") or "default"
    return ruling.policy.name, ruling.policy.code, ruling.level, since, parameters, by


def _until(waiver: Waiver, edge: Edge) -> str:
    return f"{waiver.until}, ended" if is_expired(waiver, edge.now) else str(waiver.until)


def _plain(ruling: Ruling) -> dict[str, object]:
    return {
        "policy": ruling.policy.name,
        "code": ruling.policy.code,
        "severity": ruling.level,
        "effectiveFrom": str(ruling.effective_from) if ruling.effective_from else None,
        "parameters": {p.name: value_text(v) for p, v in ruling.settings()},
        "decidedBy": ruling.decided_by.strip("`") or "default",
        "package": ruling.policy.package or None,
    }


def _waiver_plain(waiver: Waiver, edge: Edge) -> dict[str, object]:
    return {
        "policy": waiver.policy,
        "product": waiver.subject,
        "until": str(waiver.until),
        "ended": is_expired(waiver, edge.now),
        "owner": waiver.owner,
        "reason": waiver.reason,
    }
