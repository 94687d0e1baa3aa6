"""Products: which products are a dbt project's models, each served by its warehouse, its versions side by side?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from meshwright.interop.dbt.contract import contract
from meshwright.interop.dbt.project import Model, Project
from meshwright.interop.draft import Draft, Drafted, as_name, present
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Person
from meshwright.model.naming import sql_name
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

_VERSION = re.compile(r"([0-9]{1,6})(?:\.([0-9]{1,6}))?")
_NO_RELATION = ("ephemeral", "")


@value
class Choice:
    """Which models are wanted: those of these names, else the public ones, or all."""

    names: tuple[str, ...] = ()
    all: bool = False

    def takes(self, model: Model) -> bool:
        """Tell whether a model is wanted."""
        return model.name in self.names if self.names else self.all or model.access == "public"


@value
class Target:
    """Where products go: their domain, its people as mesh.yaml lists them, and the connection, where one was named."""

    domain: str
    people: tuple[Person, ...] = ()
    connection: str = ""


def drafted(project: Project, choice: Choice, target: Target) -> Drafted:
    """Return a product for each chosen model. Raises `NotFound` for a name without a model, `Refused` for none."""
    chosen = [model for model in project.models if choice.takes(model)]
    _refuse_unknown(project, choice, chosen)
    left = [f"{_called(model)} {reason}" for model in chosen if (reason := _unserved(model))]
    served: dict[str, list[Model]] = defaultdict(list)
    for model in chosen:
        if not _unserved(model):
            served[model.name].append(model)
    _refuse_alike(served)
    homes = {model.id: _port(target.domain, model) for models in served.values() for model in models}
    drafts = tuple(_draft(project, target, models, homes, left) for _, models in sorted(served.items()))
    return Drafted(drafts, tuple(dict.fromkeys(left)))


def _refuse_unknown(project: Project, choice: Choice, chosen: Sequence[Model]) -> None:
    known = {model.name for model in project.models}
    for name in choice.names:
        if name not in known:
            hint = did_you_mean(name, known, otherwise="`dbt ls` lists the models")
            raise NotFound(f"the project has no model `{name}`", hint=hint)
    if not chosen:
        hint = "write `access: public` in dbt, or say `--select MODEL` or `--all`"
        raise Refused("the project has no public model", hint=hint)


def _refuse_alike(names: Iterable[str]) -> None:
    seen: dict[str, str] = {}
    for name in names:
        if not as_name(name):
            raise Refused(f"`{name}` cannot be a product's name", hint="leave it out with `--select`")
        other = seen.setdefault(as_name(name), name)
        if other != name:
            raise Refused(f"`{other}` and `{name}` would be the same product", hint="leave one out with `--select`")


def _unserved(model: Model) -> str:
    """Say why a model cannot be a port; empty for one that can."""
    if _VERSION.fullmatch(model.version or "1") is None:
        return "is left out: the version of a port is a number"
    if model.materialized in _NO_RELATION:
        return f"is left out: it is {model.materialized or 'never built'}, so the warehouse serves no table of it"
    return ""


def _called(model: Model) -> str:
    return f"`{model.name}` v{model.version}" if model.version else f"`{model.name}`"


def _version(model: Model) -> tuple[int, int]:
    """Return major and minor; a model without versions is the first."""
    version = _VERSION.fullmatch(model.version or "1")
    return (int(version[1]), int(version[2] or 0)) if version else (1, 0)


def _port(domain: str, model: Model) -> str:
    name = as_name(model.name)
    return f"{domain}.{name}:{name}@{_version(model)[0]}"


def _draft(project: Project, target: Target, models: list[Model], homes: Mapping[str, str], left: list[str]) -> Draft:
    latest = next((m for m in models if m.is_latest), models[-1])
    purpose = latest.description or f"The model `{latest.name}` of the dbt project `{project.name}`."
    manifest = present(
        apiVersion="meshwright/v1",
        kind="DataProduct",
        description={"purpose": purpose},
        team=_team(project, latest, target, left),
        tags=list(latest.tags),
        inputPorts=list(_inputs(project, models, homes)),
        outputPorts=[_output(project, target, model, left) for model in models],
    )
    return Draft(ProductAddress(target.domain, as_name(latest.name)), manifest)


def _output(project: Project, target: Target, model: Model, left: list[str]) -> dict[str, Any]:
    database, schema, alias = model.relation
    major, minor = _version(model)
    if model.deprecated:
        left.append(f"{_called(model)} is deprecated, and goes on {model.deprecated[:10]}: tell its consumers")
    promised, unsaid = contract(model, sql_name(as_name(model.name)))
    left.extend(f"{_called(model)}: {what}" for what in unsaid)
    return {
        "name": as_name(model.name),
        "version": f"{major}.{minor}.0",
        "virtual": {
            "connection": target.connection or as_name(f"{project.adapter}-{database}"),
            "table": f"{schema}.{alias}" if schema else alias,
        },
        "contract": promised,
    }


def _inputs(project: Project, models: list[Model], homes: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Yield the nearest models upstream that are products too: lineage, for nothing is read through it."""
    own = {m.id for m in models}
    found = sorted({homes[id_] for model in models for id_ in _nearest(project, model.id, homes) if id_ not in own})
    names = [port.partition(":")[2] for port in found]
    for port, name in zip(found, names, strict=True):
        plain, _, major = name.partition("@")
        several = sum(n.partition("@")[0] == plain for n in names) > 1
        yield {"name": f"{plain}-v{major}" if several else plain, "from": port}


def _nearest(project: Project, start: str, homes: Mapping[str, str]) -> set[str]:
    found: set[str] = set()
    seen, ahead = {start}, list(project.made_of.get(start, ()))
    while ahead:
        id_ = ahead.pop()
        if id_ in seen:
            continue
        seen.add(id_)
        if id_ in homes:
            found.add(id_)
        else:
            ahead.extend(project.made_of.get(id_, ()))
    return found


def _team(project: Project, model: Model, target: Target, left: list[str]) -> dict[str, Any]:
    """Return the team of a model's group; nothing, and why, where its owner is not among the mesh's people."""
    owner = project.owners.get(model.group)
    if owner is None or not (owner.email or owner.name):
        return {}
    if not target.people:
        username = owner.email or owner.name
    else:
        known = [p.username for p in target.people if owner.email and owner.email in (p.email, p.username)]
        known += [p.username for p in target.people if owner.name and owner.name in (p.name, p.username)]
        if not known:
            called = " ".join(filter(None, (owner.name, owner.email and f"<{owner.email}>")))
            left.append(
                f"the group `{model.group}` belongs to {called}: add them to `people` in mesh.yaml, and to a `team`"
            )
            return {}
        username = known[0]
    return {"members": [{"username": username, "role": "productOwner"}]}
