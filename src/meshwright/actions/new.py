"""New: write a mesh, a repository, a domain or a product from a template or an example, so that it runs as written.

Nothing that is there is ever written over: where one file is in the way, none is written.
"""

import json
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshwright.actions.answers import Reader, read_name, reader
from meshwright.gate.policies.built_in.schema import policies_schema
from meshwright.manifest.shapes.jsonschema import schemas
from meshwright.manifest.template import Question, Template, read_template
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh
from meshwright.model.naming import DOMAIN_FILE, MESH_FILE, domain_home
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.workspace.shipped import shipped

if TYPE_CHECKING:
    from jinja2 import Environment

SCHEMAS = "schemas"
"""The folder of a mesh where editors find the shapes of its manifests."""

BLOCKS = ("files", "database", "http", "kafka", "sql", "python", "dbt", "ledger", "virtual")
"""The templates of products."""

_OTHER = "choose another name: nothing is written over"

Ask = Callable[[Question, str | None, Reader], Any]
"""Gets an answer from somebody, or takes the default. Raises `Refused` where there is neither."""


@value
class Order:
    """What is to be made: where, of which template, and what is known before anybody is asked."""

    root: Path
    folder: Path
    template: Template
    known: Mapping[str, Any]


@value
class Created:
    """The files that were written, relative to the mesh, and the commands to go on with."""

    files: tuple[str, ...]
    next: tuple[str, ...]

    def __add__(self, more: "Created") -> "Created":
        """Return what was written in two steps."""
        return Created((*self.files, *(f for f in more.files if f not in self.files)), (*self.next, *more.next))


def mesh_order(folder: Path, name: str, username: str) -> Order:
    """Order a mesh in a folder of its own below `folder`, for the person of that username."""
    root = folder / read_name(name)
    return Order(root, root, _template("mesh"), {"name": name, "user": username})


def repository_order(folder: Path, name: str) -> Order:
    """Order a repository for a domain in a folder of its own below `folder`. Raises `Refused` where there is one."""
    root = folder / read_name(name)
    if root.exists() and any(p.name not in (".git", ".mesh") for p in root.iterdir()):
        raise Refused(f"`{name}` exists already", hint=_OTHER)
    return Order(root, root, _template("repository"), {"name": name})


def domain_order(root: Path, mesh: Mesh, name: str) -> Order:
    """Order a domain of the mesh at `root`. Raises `Refused` where another repository has it."""
    if mesh.domain(name) is not None and not (root / domain_home(name)).exists():
        hint = f"a repository speaks for the domains in it: move the folder `{domain_home(name)}` here instead"
        raise Refused(f"the mesh has a domain `{name}` already, in another repository", hint=hint)
    return Order(root, root / domain_home(read_name(name)), _template("domain"), {"name": name, "mesh": mesh})


def product_order(root: Path, mesh: Mesh, address: ProductAddress, block: str) -> Order:
    """Order a product of the mesh at `root`. Raises `NotFound` where its domain is not there."""
    domain = domain_folder(root, mesh, address.domain)
    known = {"domain": address.domain, "product": address.product, "mesh": mesh}
    return Order(root, domain / address.product, _template(block), known)


def domain_folder(root: Path, mesh: Mesh, name: str) -> Path:
    """Return the folder of a domain. Raises `NotFound` where it is not there."""
    folder = root / domain_home(name)
    if not (folder / DOMAIN_FILE).is_file():
        hint = did_you_mean(name, [d.name for d in mesh.domains], otherwise=f"`mesh new domain {name}` makes it")
        raise NotFound(f"there is no domain `{name}`", hint=hint)
    return folder


def copy_example(example: str, folder: Path, name: str) -> Created:
    """Copy an example that came with the package into a new folder below `folder`. Raises `NotFound`, `Refused`."""
    root = folder / read_name(name)
    examples = {p.parent.name: p.parent for p in shipped("examples").glob(f"*/{MESH_FILE}")}
    if example not in examples:
        raise NotFound(f"there is no example `{example}`", hint=did_you_mean(example, examples))
    if root.exists():
        raise Refused(f"`{name}` exists already", hint=_OTHER)
    shutil.copytree(examples[example], root, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    write_schemas(root / SCHEMAS)
    files = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return Created(tuple(files), (f"cd {name}", "mesh list"))


def new(order: Order, given: Mapping[str, str], ask: Ask) -> Created:
    """Ask what was not given, and write the files. Raises `Refused` where one of them is there already."""
    jinja = _environment()
    _refuse_if_there(order, (order.folder / path for path, _ in _files(order) if "{{" not in path))
    answers = _answers(order, given, ask, jinja)
    depth = len(order.folder.relative_to(order.root).parts)
    words = {**order.known, **answers, "schemas": "../" * depth + SCHEMAS}
    made = {order.folder / _made(jinja, path, words): _made(jinja, text, words) for path, text in _files(order)}
    _refuse_if_there(order, made)
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, text)
    written = [*made, *write_schemas(order.root / SCHEMAS)]
    files = tuple(p.relative_to(order.root).as_posix() for p in written)
    return Created(files, tuple(_made(jinja, line, words) for line in order.template.next))


def _write(path: Path, text: str) -> None:
    """Write a file that is not there, whole or not at all."""
    with path.open("x") as file:
        try:
            file.write(text)
            file.flush()
        except OSError:
            path.unlink()
            raise


def editor_schemas() -> Mapping[str, str]:
    """Return the shapes of the manifests, with the policies that there are on this machine."""
    return schemas(policies_schema())


def write_schemas(folder: Path, *, anew: bool = False) -> tuple[Path, ...]:
    """Write the shapes of the manifests for editors; return the paths of those that were not there, or of all."""
    made = {folder / f"{name}.json": text for name, text in editor_schemas().items()}
    written = tuple(path for path in made if anew or not path.exists())
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path])
    return written


def _template(name: str) -> Template:
    return read_template(shipped("templates") / name)


def _files(order: Order) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each file of a template."""
    folder = order.template.files
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        yield path.relative_to(folder).as_posix(), path.read_text()


def _refuse_if_there(order: Order, paths: Iterable[Path]) -> None:
    for path in paths:
        if path.exists():
            raise Refused(f"`{path.relative_to(order.root).as_posix()}` exists already", hint=_OTHER)


def _answers(order: Order, given: Mapping[str, str], ask: Ask, jinja: "Environment") -> dict[str, Any]:
    questions = order.template.questions
    for name in given:
        if name not in [q.name for q in questions]:
            hint = did_you_mean(name, [q.name for q in questions])
            raise Refused(f"the template `{order.template.name}` does not ask for `{name}`", hint=hint)
    answers: dict[str, Any] = {}
    for question in questions:
        read = reader(question, order.known.get("mesh"))
        if question.name in given:
            answers[question.name] = read(given[question.name])
        else:
            words = {**order.known, **answers}
            default = None if question.default is None else _made(jinja, question.default, words)
            answers[question.name] = ask(question, default, read)
    return answers


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
