"""Addressed: which product, port, table or column of the mesh did they mean?"""

from meshwright.cli.console import progress
from meshwright.compiler.compilation import Compiled
from meshwright.manifest.text.wording import quoted
from meshwright.model.address import Address, ColumnAddress, PortAddress, Reference, TableAddress
from meshwright.model.errors import NotFound
from meshwright.model.product import DataProduct, OutputPort
from meshwright.model.spelling import did_you_mean


def addressed(compiled: Compiled, wanted: Reference) -> Address:
    """Return the address that was meant. Raises `NotFound`."""
    product = compiled.graph.product(wanted.product)
    if product is None:
        raise compiled.missing(wanted.product)
    return product.address if wanted.port is None else _of_port(product, wanted, wanted.port)


def _of_port(product: DataProduct, wanted: Reference, name: str) -> Address:
    port = product.output(name, wanted.major)
    if port is None:
        said = name if wanted.major is None else f"{name}@{wanted.major}"
        known = [f"{p.name}@{p.major}" for p in product.outputs]
        raise NotFound(f"`{product.address}` has no port `{said}`", hint=did_you_mean(said, known))
    address = product.port_address(port)
    if wanted.major is None:
        _say_which(product, address)
    return _of_table(address, port, wanted.parts) if wanted.parts else address


def _say_which(product: DataProduct, taken: PortAddress) -> None:
    """Say which major was taken where several are served and none was named."""
    others = [f"@{p.major}" for p in product.outputs if p.name == taken.name and p.major != taken.major]
    if others:
        progress(f"`{taken}` is the newest; {quoted(others)} {'is' if len(others) == 1 else 'are'} served, too")


def _of_table(address: PortAddress, port: OutputPort, parts: tuple[str, ...]) -> TableAddress | ColumnAddress:
    """Return the table or column that is meant by the names after a port: the only table has none."""
    name, columns = (parts[0], parts[1:]) if len(port.tables) > 1 else ("", parts)
    table = port.table(name)
    if table is None:
        hint = did_you_mean(name, [own for own, _ in port.named])
        raise NotFound(f"`{address}` has no table `{name}`", hint=hint)
    found = address.table(name)
    if not columns:
        return found
    known = [c.name for c in table.columns]
    if columns[0] not in known:
        raise NotFound(f"`{found}` has no column `{columns[0]}`", hint=did_you_mean(columns[0], known))
    if len(columns) > 1:
        raise NotFound(f"`{address}` is one table: `{columns[0]}` is a column", hint=f"write `{address}.{columns[0]}`")
    return found.column(columns[0])
