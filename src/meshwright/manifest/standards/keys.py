"""Keys: which keys may an element of a document have, by its schema?

A schema lets some keys stand only where others have certain values (`account` where `type: snowflake`). Both are
needed to say what is wrong with a key: whether anything knows it, and what it goes with.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from meshwright.model.value import value

Node = Mapping[str, Any]


@value
class Keys:
    """The keys of an element. `elsewhere` are those that go with other values, with what they go with."""

    here: frozenset[str]
    elsewhere: Mapping[str, tuple[str, ...]]


def keys(schema: Node, path: Sequence[Any], instance: object) -> Keys:
    """Return the keys that the element which the node at `path` of a schema describes may have."""
    node: Any = schema
    for part in path:
        node = node[part]
    here: set[str] = set()
    elsewhere: dict[str, list[str]] = {}
    for conditions, properties in _branches(schema, node, instance, ()):
        for name in properties:
            if conditions:
                elsewhere.setdefault(name, []).extend(c for c in conditions if c not in elsewhere[name])
            else:
                here.add(name)
    return Keys(frozenset(here), {name: tuple(found) for name, found in elsewhere.items() if name not in here})


def required(schema: Node, path: Sequence[Any], numbers: Sequence[int]) -> list[str]:
    """Return the keys by which some of the alternatives at a path are chosen."""
    alternatives: Any = schema
    for part in path:
        alternatives = alternatives[part]
    return [name for number in numbers for name in alternatives[number].get("required", ())]


def _branches(
    schema: Node, node: Node, instance: object, unmet: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Yield the properties of a node and of all that it is made of, with the conditions that do not hold."""
    if "$ref" in node:
        yield from _branches(schema, _resolved(schema, node["$ref"]), instance, unmet)
    yield unmet, node.get("properties", {})
    for kind in ("allOf", "anyOf", "oneOf"):
        for part in node.get(kind, ()):
            yield from _branches(schema, part, instance, unmet)
    if "if" in node:
        failed = () if _holds(node["if"], instance) else tuple(_conditions(node["if"]))
        yield from _branches(schema, node.get("then", {}), instance, unmet + failed)
        if failed or "else" in node:
            yield from _branches(schema, node.get("else", {}), instance, unmet)


def _resolved(schema: Node, reference: str) -> Node:
    node: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    found: Node = node
    return found


def _holds(condition: Node, instance: object) -> bool:
    from jsonschema_rs import Draft201909Validator

    return Draft201909Validator(dict(condition)).is_valid(instance)


def _conditions(condition: Node) -> Iterator[str]:
    """Yield a condition in the words of the document: `type: sql`."""
    for part in condition.get("anyOf", ()):
        yield from _conditions(part)
    for key, told in condition.get("properties", {}).items():
        yield f"{key}: {told['const']}" if "const" in told else key
