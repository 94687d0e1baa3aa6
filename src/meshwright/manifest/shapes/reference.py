"""Reference: the keys of all three documents, as the tables of docs/manifest.md.

Made of the shapes themselves, so that what is documented is what is read.
"""

from collections.abc import Iterator
from types import NoneType
from typing import Annotated, Any, get_args, get_origin

from meshwright.manifest.codes import MEANING
from meshwright.manifest.shapes.documents import ProductDocument
from meshwright.manifest.shapes.odcs import Shape
from meshwright.manifest.shapes.organisation import DomainDocument, MeshDocument
from meshwright.model.naming import DOMAIN_FILE, MESH_FILE, PRODUCT_FILE

_DOCUMENTS = (
    ("domains/<domain>/<product>/" + PRODUCT_FILE, ProductDocument),
    ("domains/<domain>/" + DOMAIN_FILE, DomainDocument),
    (MESH_FILE, MeshDocument),
)
_HEAD = ("apiVersion", "kind", "name", "description", "type")
"""The keys that a document begins with; a shape's own order holds for the others."""


def tables() -> str:
    """Return every key of every document, each shape where it first occurs."""
    seen: set[type[Shape]] = set()
    lines: list[str] = []
    for title, document in _DOCUMENTS:
        lines += [f"## `{title}`", "", *_section(document, "", seen)]
    return "\n".join(lines)


def codes() -> str:
    """Return what can be wrong, by code."""
    rows = [f"| {code} | {meaning} |" for code, meaning in MEANING.items()]
    return "\n".join(["| code | what is wrong |", "|---|---|", *rows, ""])


def _section(shape: type[Shape], path: str, seen: set[type[Shape]]) -> Iterator[str]:
    seen.add(shape)
    yield (shape.__doc__ or "").strip()
    yield from ("", "| key | | what it says |", "|---|---|---|")
    fields = {field.alias or name: field for name, field in shape.model_fields.items() if not field.exclude}
    for key in sorted(fields, key=lambda k: _HEAD.index(k) if k in _HEAD else len(_HEAD)):
        field = fields[key]
        inner = list(_inner(field.annotation))
        told = field.description or " ".join((s.__doc__ or "").partition("\n")[0] for s in inner)
        yield f"| `{key}{_brackets(field.annotation)}` | {'must' if field.is_required() else ''} | {told} |"
    yield ""
    for key, field in fields.items():
        members = list(_inner(field.annotation))
        for nested in members:
            if nested not in seen:
                place = f"{path}{key}{_brackets(field.annotation)}"
                yield from (f"### `{place}`{_member(nested) if len(members) > 1 else ''}", "")
                yield from _section(nested, f"{place}.", seen)


def _member(shape: type[Shape]) -> str:
    """Name the member of a union that a section is about: by its block, or by its first key that must be there."""
    name, key = next((f.alias or n, f) for n, f in shape.model_fields.items() if f.is_required())
    values = get_args(key.annotation) if name == "block" else ()
    return f" with `block: {values[0]}`" if values else f" with `{name}`"


def _brackets(annotation: Any) -> str:
    if get_origin(annotation) is list:
        return "[]"
    if get_origin(annotation) is dict:
        return ".*"
    if get_origin(annotation) is Annotated:
        return _brackets(get_args(annotation)[0])
    found = {_brackets(argument) for argument in get_args(annotation) if argument is not NoneType}
    return found.pop() if len(found) == 1 else ""  # a key that may hold one value or several has no one form


def _inner(annotation: Any) -> Iterator[type[Shape]]:
    """Yield the shapes that an annotation speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, Shape):
        yield annotation
    for argument in get_args(annotation):
        yield from _inner(argument)
