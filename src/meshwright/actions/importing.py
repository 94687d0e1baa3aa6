"""Importing: write the products that others described, without writing over anything unasked."""

from collections.abc import Iterator
from pathlib import Path

from meshwright.actions.new import SCHEMAS, domain_folder, write_schemas
from meshwright.interop.draft import Draft, Drafted
from meshwright.manifest.text.leaks import redact
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.writing import yaml_text
from meshwright.model.address import ProductAddress, product_address
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Mesh
from meshwright.model.naming import PRODUCT_FILE
from meshwright.model.value import value

_HEADER = f"# yaml-language-server: $schema=../../../{SCHEMAS}/product.json\n"


@value
class Imported:
    """The files that were written, relative to the mesh, and what is left for the team to do.

    `found` is what is wrong with a document of which nothing was written.
    """

    files: tuple[str, ...]
    left: tuple[str, ...]
    found: tuple[Diagnostic, ...] = ()


def address_said(text: str, document: str) -> ProductAddress:
    """Return the address that the words of a document, such as a `contract`, make. Raises `Refused` for none."""
    hint = "say `--product domain.product`"
    if not text:
        raise Refused(f"the {document} does not say which product of which domain it is of", hint=hint)
    try:
        return product_address(text)
    except NotFound:
        raise Refused(f"the {document}'s words make no address: `{text}`", hint=hint) from None


def write_drafts(root: Path, mesh: Mesh, drafted: Drafted, *, anew: bool) -> Imported:
    """Write what an import made.

    Raises `Refused` for a secret, and where a file is in the way, unless it may be written `anew`.
    """
    made = {path: content for draft in drafted.drafts for path, content in _files(root, mesh, draft)}
    for path, content in made.items():
        _refuse_secrets(Text(path.relative_to(root).as_posix(), content.decode(errors="replace")))
    taken = [path for path in made if path.exists()]
    if taken and not anew:
        hint = "say `--force` to write it anew; what was added to it by hand is lost then"
        raise Refused(f"`{taken[0].relative_to(root).as_posix()}` exists already", hint=hint)
    for path, content in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    written = [*made, *write_schemas(root / SCHEMAS)]
    return Imported(tuple(path.relative_to(root).as_posix() for path in written), drafted.left)


def _refuse_secrets(text: Text) -> None:
    problems = Problems()
    redact(text, problems)
    for secret in problems.found:
        raise Refused(f"{secret.message}: it would be {secret.at.file}:{secret.at.line}", hint=secret.hint)


def _files(root: Path, mesh: Mesh, draft: Draft) -> Iterator[tuple[Path, bytes]]:
    folder = domain_folder(root, mesh, draft.address.domain) / draft.address.product
    yield folder / PRODUCT_FILE, (_HEADER + yaml_text(draft.manifest)).encode()
    for name, content in draft.files.items():
        yield folder / name, content
