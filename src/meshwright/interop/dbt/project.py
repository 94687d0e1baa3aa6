"""Project: what does the manifest.json of a dbt project say of its models and their tests?

Read by the keys that schemas v10 (dbt 1.6) to v12 have in common; what is missing says nothing. The types of columns
that nobody declared are in the catalog.json that `dbt docs generate` writes beside it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from meshwright.interop.foreign import Foreign
from meshwright.model.errors import Refused
from meshwright.model.value import value

_KEY = "primary_key"
_ALWAYS = ("", "!= 0")
"""The thresholds of a test that tolerates nothing."""


@value
class Test:
    """One test of a model. `arguments` are those it was written with; `column` is empty where it is about the table."""

    name: str
    package: str
    column: str
    arguments: Foreign
    warns: bool
    is_plain: bool
    """It looks at all rows, and tolerates none."""


@value
class Field:
    """One column of a model; its type is the declared one, else the catalog's, else empty."""

    name: str
    type: str
    description: str
    meta: Foreign
    constraints: frozenset[str]


@value
class Model:
    """One model, or one version of it."""

    id: str
    name: str
    version: str
    is_latest: bool
    access: str
    materialized: str
    description: str
    relation: tuple[str, str, str]
    group: str
    tags: tuple[str, ...]
    meta: Foreign
    deprecated: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    tests: tuple[Test, ...]


@value
class Owner:
    """Who answers for a group of models."""

    name: str
    email: str


@value
class Project:
    """A dbt project: its own models, the owners of its groups, and what every node is made of."""

    name: str
    adapter: str
    models: tuple[Model, ...]
    owners: Mapping[str, Owner]
    made_of: Mapping[str, tuple[str, ...]]


def read_project(manifest: Foreign, catalog: Foreign) -> Project:
    """Return what a manifest says. Raises `Refused` for what is not one, or older than dbt 1.6."""
    _refuse_others(manifest)
    metadata = manifest["metadata"]
    name = metadata["project_name"].text
    tests = _tests(manifest)
    return Project(
        name=name,
        adapter=metadata["adapter_type"].text,
        models=tuple(
            _model(id_, node, tests.get(id_, ()), catalog["nodes"][id_]["columns"])
            for id_, node in sorted(manifest["nodes"].entries())
            if node["resource_type"].text == "model" and node["package_name"].text in (name, "")
        ),
        owners={
            group["name"].text: Owner(group["owner"]["name"].text, group["owner"]["email"].text)
            for _, group in manifest["groups"].entries()
        },
        made_of={id_: node["depends_on"]["nodes"].texts for id_, node in manifest["nodes"].entries()},
    )


def _refuse_others(manifest: Foreign) -> None:
    schema = manifest["metadata"]["dbt_schema_version"].text
    kind, _, version = schema.removesuffix(".json").rpartition("/v")
    if not kind.endswith("/manifest") or not version.isdigit():
        hint = "`dbt parse` writes it to `target/manifest.json`"
        raise Refused("this is not the manifest of a dbt project", hint=hint)
    if int(version) < 10:
        hint = "make it anew with dbt 1.6 or later: `dbt parse`"
        raise Refused(f"the manifest has dbt's schema v{version}, which says too little", hint=hint)


def _tests(manifest: Foreign) -> Mapping[str, tuple[Test, ...]]:
    found: dict[str, list[Test]] = defaultdict(list)
    for _, node in sorted(manifest["nodes"].entries()):
        if node["resource_type"].text == "test":
            found[_tested(node)].append(_test(node))
    return {model: tuple(tests) for model, tests in found.items()}


def _tested(node: Foreign) -> str:
    """Return the id of the model that a test is about."""
    return node["attached_node"].text or next(iter(node["depends_on"]["nodes"].texts), "")


def _test(node: Foreign) -> Test:
    generic, config = node["test_metadata"], node["config"]
    arguments = generic["kwargs"]
    return Test(
        name=generic["name"].text or node["name"].text,
        package=generic["namespace"].text if generic else "",
        column=node["column_name"].text or arguments["column_name"].text,
        arguments=arguments,
        warns=config["severity"].text.casefold() == "warn",
        is_plain=not config["where"] and config["error_if"].text in _ALWAYS and config["warn_if"].text in _ALWAYS,
    )


def _model(id_: str, node: Foreign, tests: tuple[Test, ...], catalog: Foreign) -> Model:
    config = node["config"]
    return Model(
        id=id_,
        name=node["name"].text,
        version=node["version"].text,
        is_latest=node["version"].text == node["latest_version"].text,
        access=node["access"].text or config["access"].text or "protected",
        materialized=config["materialized"].text,
        description=node["description"].text,
        relation=(node["database"].text, node["schema"].text, node["alias"].text or node["name"].text),
        group=node["group"].text or config["group"].text,
        tags=node["tags"].texts or config["tags"].texts,
        meta=node["meta"] or config["meta"],
        deprecated=node["deprecation_date"].text,
        fields=tuple(_fields(node["columns"], catalog)),
        keys=_keys(node),
        tests=tests,
    )


def _fields(declared: Foreign, catalog: Foreign) -> Iterator[Field]:
    """Yield the declared columns, then those that only the catalog knows."""
    types = {name.casefold(): (name, column["type"].text) for name, column in catalog.entries()}
    for key, column in declared.entries():
        name = column["name"].text or key
        known = types.pop(name.casefold(), ("", ""))[1]
        constraints = frozenset(c["type"].text for c in column["constraints"].items)
        meta = column["meta"] or column["config"]["meta"]
        yield Field(name, column["data_type"].text or known, column["description"].text, meta, constraints)
    for name, known in types.values():
        yield Field(name, known, "", Foreign(), frozenset())


def _keys(node: Foreign) -> tuple[str, ...]:
    """Return the columns that a constraint, of the model or of a column, calls the primary key."""
    whole = [c["columns"].texts for c in node["constraints"].items if c["type"].text == _KEY]
    if whole:
        return whole[0]
    columns = node["columns"].entries()
    return tuple(name for name, column in columns if any(c["type"].text == _KEY for c in column["constraints"].items))
