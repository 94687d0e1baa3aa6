"""Policies: what would they find in all that is committed, as they are decided, or as somebody would decide?

Every product is looked at, or one, as if all of it were new: what runs already excuses nothing here, and the waivers of
these files count. So does what is known of the cost of a month.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from meshwright.compiler.compilation import compile_sound
from meshwright.gate.changes.change import product_of
from meshwright.gate.changes.compare import compare
from meshwright.gate.effects.cost import costs
from meshwright.gate.policies.compliance import policy_findings
from meshwright.gate.policies.parameters import plain_of
from meshwright.gate.policies.registry import policy_named
from meshwright.gate.policies.rulings import decided, decision_mistakes
from meshwright.graph.build import build
from meshwright.model.address import ProductAddress
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh
from meshwright.model.policy import SEVERITY, Decision
from meshwright.model.spelling import did_you_mean
from meshwright.workspace.surroundings import surroundings
from meshwright.workspace.workspace import Workspace


def try_policies(
    workspace: Workspace,
    now: datetime,
    *,
    product: ProductAddress | None = None,
    names: Collection[str] = (),
    supposed: Iterable[str] = (),
) -> tuple[Diagnostic, ...]:
    """Return what the policies find, or those of some `names`.

    Each of `supposed` is what the mesh would decide: `documented=error`, or `documented.share=80%`. Raises `Refused`
    where it cannot be meant.
    """
    graph = compile_sound(workspace.root, workspace.cache)
    if product is not None and graph.product(product) is None:
        hint = did_you_mean(str(product), map(str, graph.order), otherwise="`mesh list` shows all products")
        raise NotFound(f"there is no product `{product}`", hint=hint)
    codes = {policy_named(name).code for name in names}
    mesh = suppose(graph.mesh, supposed)
    judged = replace(graph, mesh=mesh)
    nothing = build(replace(mesh, products=()), {})
    asked = graph.order if product is None else (product,)
    new = (change for change in compare(nothing, judged) if product is None or product_of(change) == product)
    dearer = costs(new, nothing, judged, surroundings(workspace, None, now))
    found = policy_findings(nothing, judged, asked, now, dearer)
    return tuple(sorted(d for d in found if not codes or d.code in codes))


def suppose(mesh: Mesh, supposed: Iterable[str]) -> Mesh:
    """Return a mesh that has decided something of policies, each as `policy=severity` or `policy.parameter=value`."""
    for text in supposed:
        what, equals, value = text.partition("=")
        if not equals:
            raise Refused(f"`{text}` decides nothing", hint="write `policy=severity` or `policy.parameter=value`")
        mesh = _with(mesh, what.partition(".")[0], what.partition(".")[2] or SEVERITY, value)
    wrong = next(decision_mistakes(mesh), None)
    if wrong is not None:
        raise Refused(wrong.message, hint=wrong.hint)
    return mesh


def _with(mesh: Mesh, name: str, key: str, value: str) -> Mesh:
    (setting,) = decided(name, {key: plain_of(policy_named(name), key, value)}).settings
    held = next((d for d in mesh.policies if d.policy == name), Decision(name, ()))
    changed = replace(held, settings=(*(s for s in held.settings if s.name != key), setting))
    return replace(mesh, policies=(*(d for d in mesh.policies if d.policy != name), changed))
