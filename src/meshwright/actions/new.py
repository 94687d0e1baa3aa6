"""New: write a mesh, a domain or a product from a template or an example, so that it runs as it is written.

Nothing that is there is ever written over: where one file is in the way, none is written.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshwright.actions.shipped import shipped
from meshwright.manifest.jsonschema import schemas
from meshwright.manifest.layout import DOMAIN_FILE, DOMAINS, MESH_FILE
from meshwright.manifest.template import Question, Template, read_template
from meshwright.model.address import NAME, PortAddress, ProductAddress, parse
from meshwright.model.contract import Column, LogicalType
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh
from meshwright.model.spelling import did_you_mean

if TYPE_CHECKING:
    from jinja2 import Environment

SCHEMAS = "schemas"
"""The folder of a mesh where editors find the shapes of its manifests."""

BLOCKS = ("files", "database", "sql", "virtual")
"""The templates of products."""

_OTHER = "choose another name: nothing is written over"

Reader = Callable[[str], Any]
"""Reads the text of an answer. Raises `MeshError` when it is none."""

Ask = Callable[[Question, str | None, Reader], Any]
"""Gets an answer from somebody, or takes the default. Raises `Refused` where there is neither."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made: where, of which template, and what is known before anybody is asked."""

    root: Path
    folder: Path
    template: Template
    known: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """The files that were written, relative to the mesh, and the commands to go on with."""

    files: tuple[str, ...]
    next: tuple[str, ...]


def mesh_order(folder: Path, name: str, username: str) -> Order:
    """Order a mesh in a folder of its own below `folder`, for the person of that username."""
    root = folder / _name(name)
    return Order(root, root, _template("mesh"), {"name": name, "user": username})


def domain_order(root: Path, mesh: Mesh, name: str) -> Order:
    """Order a domain of the mesh at `root`."""
    return Order(root, root / DOMAINS / _name(name), _template("domain"), {"name": name, "mesh": mesh})


def product_order(root: Path, mesh: Mesh, address: ProductAddress, block: str) -> Order:
    """Order a product of the mesh at `root`. Raises `NotFound` where its domain is not there."""
    domain = root / DOMAINS / address.domain
    if not (domain / DOMAIN_FILE).is_file():
        names = [d.name for d in mesh.domains]
        hint = did_you_mean(address.domain, names, otherwise=f"`mesh new domain {address.domain}` makes it")
        raise NotFound(f"there is no domain `{address.domain}`", hint=hint)
    known = {"domain": address.domain, "product": address.product, "mesh": mesh}
    return Order(root, domain / address.product, _template(block), known)


def copy_example(example: str, folder: Path, name: str) -> Written:
    """Copy an example that came with the package into a new folder below `folder`. Raises `NotFound`, `Refused`."""
    root = folder / _name(name)
    examples = {p.parent.name: p.parent for p in shipped("examples").glob(f"*/{MESH_FILE}")}
    if example not in examples:
        raise NotFound(f"there is no example `{example}`", hint=did_you_mean(example, examples))
    if root.exists():
        raise Refused(f"`{name}` exists already", hint=_OTHER)
    shutil.copytree(examples[example], root, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    write_schemas(root / SCHEMAS)
    files = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return Written(tuple(files), (f"cd {name}", "mesh list"))


def new(order: Order, given: Mapping[str, str], ask: Ask) -> Written:
    """Ask what was not given, and write the files. Raises `Refused` where one of them is there already."""
    jinja = _environment()
    answers = _answers(order, given, ask, jinja)
    depth = len(order.folder.relative_to(order.root).parts)
    words = {**order.known, **answers, "schemas": "../" * depth + SCHEMAS}
    made = {order.folder / _made(jinja, path, words): _made(jinja, text, words) for path, text in _files(order)}
    for path in made:
        if path.exists():
            shown = path.relative_to(order.root).as_posix()
            raise Refused(f"`{shown}` exists already", hint=_OTHER)
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x") as file:
            file.write(text)
    written = [*made, *write_schemas(order.root / SCHEMAS)]
    files = tuple(p.relative_to(order.root).as_posix() for p in written)
    return Written(files, tuple(_made(jinja, line, words) for line in order.template.next))


def write_schemas(folder: Path, *, anew: bool = False) -> tuple[Path, ...]:
    """Write the shapes of the manifests for editors; return the paths of those that were not there, or of all."""
    made = {folder / f"{name}.json": text for name, text in schemas().items()}
    written = tuple(path for path in made if anew or not path.exists())
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])
    return written


def _template(name: str) -> Template:
    return read_template(shipped("templates") / name)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise Refused(
            f"`{text}` cannot be a name", hint="use lower-case letters, digits and `-`, and begin with a letter"
        )
    return text


def _files(order: Order) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file of a template."""
    folder = order.template.files
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield path.relative_to(folder).as_posix(), path.read_text()


def _answers(order: Order, given: Mapping[str, str], ask: Ask, jinja: "Environment") -> dict[str, Any]:
    questions = order.template.questions
    for name in given:
        if name not in [q.name for q in questions]:
            hint = did_you_mean(name, [q.name for q in questions])
            raise Refused(f"the template `{order.template.name}` does not ask for `{name}`", hint=hint)
    answers: dict[str, Any] = {}
    for question in questions:
        read = _reader(question, order.known.get("mesh"))
        if question.name in given:
            answers[question.name] = read(given[question.name])
        else:
            words = {**order.known, **answers}
            default = None if question.default is None else _made(jinja, question.default, words)
            answers[question.name] = ask(question, default, read)
    return answers


def _reader(question: Question, mesh: Mesh | None) -> Reader:
    def chosen(text: str) -> str:
        if question.choices and text not in question.choices:
            hint = did_you_mean(text, question.choices)
            raise Refused(f"`{question.name}` cannot be `{text}`", hint=hint)
        return text

    match question.kind:
        case "name":
            return _name
        case "columns":
            return columns
        case "port":
            assert mesh is not None, "only products ask for ports"  # noqa: S101
            return lambda text: _port(mesh, text)
        case _:
            return chosen


_COLUMN = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?::(?P<type>[a-z]+))?")


def columns(text: str) -> tuple[Column, ...]:
    """Read `id, amount:number`: the first is the key, and what has no type is a string. Raises `Refused`."""
    found: list[Column] = []
    for part in text.split(","):
        match = _COLUMN.fullmatch(part.strip())
        if match is None:
            raise Refused(f"`{part.strip()}` is not a column", hint="write `name`, or `name:type`, with `,` between")
        kind = match["type"] or "string"
        if kind not in tuple(LogicalType):
            raise Refused(f"there is no type `{kind}`", hint=did_you_mean(kind, tuple(LogicalType)))
        found.append(Column(match["name"], LogicalType(kind), primary_key=not found))
    if len({c.name.casefold() for c in found}) < len(found):
        raise Refused("a column is there twice", hint="give each a name of its own")
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Upstream:
    """The port that a new product reads."""

    address: PortAddress
    columns: tuple[Column, ...]
    description: str

    def __str__(self) -> str:
        return str(self.address)


def _port(mesh: Mesh, text: str) -> Upstream:
    """Find an output port by its address; without a major version, the newest."""
    reference = parse(text)
    ports = {p.port_address(o): o for p in mesh.products for o in p.outputs}
    meant = [a for a in ports if (a.product, a.name) == (reference.product, reference.port)]
    address = max((a for a in meant if reference.major in (None, a.major)), default=None)
    if address is None:
        hint = did_you_mean(text, map(str, ports), otherwise="`mesh list` shows all products")
        raise NotFound(f"there is no output port `{text}`", hint=hint)
    contract = ports[address].contract
    return Upstream(address, contract.columns, contract.description)


def _environment() -> "Environment":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(  # noqa: S701  # YAML and SQL, no HTML
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["yaml"] = _yaml
    return environment


def _made(jinja: "Environment", text: str, words: Mapping[str, Any]) -> str:
    return jinja.from_string(text).render(words)


_BARE = re.compile(r"[1-9][0-9]*[smhdw]|[A-Za-z][A-Za-z0-9_.@/-]*(?: [A-Za-z0-9_.@/-]+)*")
_NOT_BARE = frozenset(("true", "false", "yes", "no", "on", "off", "null"))


def _yaml(value: object) -> str:
    """Return a value as YAML reads it back as text, wherever it stands: quoted, unless it needs no quotes."""
    text = str(value)
    return text if _BARE.fullmatch(text) and text.lower() not in _NOT_BARE else json.dumps(text, ensure_ascii=False)
