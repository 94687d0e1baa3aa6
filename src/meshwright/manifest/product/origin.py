"""Origin: where each value of a resolved product came from."""

from typing import TYPE_CHECKING

from meshwright.model.mesh import Domain
from meshwright.model.product import DataProduct
from meshwright.model.value import value

if TYPE_CHECKING:  # origins are kept, too: who finds them there reads no YAML
    from meshwright.manifest.text.place import Place

DEFAULT = "default"
FOLDER = "its folder"
INPUTS = "its inputs"
KEY = "its primary key"
RELEASE = "its release"


@value
class Resolved:
    """One value of a product: its key, how it reads, and where it was written (`file:line`) or what it follows from."""

    key: str
    value: str
    origin: str


@value
class Trace:
    """Writes down the origin of each value while a product is resolved, where somebody wants to know."""

    noted: list[Resolved] | None = None

    @property
    def resolved(self) -> tuple[Resolved, ...]:
        """What was written down."""
        return tuple(self.noted or ())

    def note(self, key: str, value: object, origin: "Place | str") -> None:
        """Remember where a value came from."""
        if self.noted is not None:
            where = origin if isinstance(origin, str) else f"{origin.text.file}:{origin.line}"
            self.noted.append(Resolved(key, str(value), where))


def released_product(product: DataProduct) -> tuple[Resolved, ...]:
    """Return what is known of a product of another repository."""
    team = ", ".join(f"{m.username} ({m.role})" for m in product.team) or "nobody"
    values = (
        ("name", product.address.product),
        ("domain", product.address.domain),
        ("description", product.description),
        ("type", product.type),
        ("team", team),
        ("support", ", ".join(c.channel for c in product.support)),
        ("purpose", product.purpose or ""),
    )
    return tuple(Resolved(key, value, RELEASE) for key, value in values if value)


def released_domain(domain: Domain) -> tuple[Resolved, ...]:
    """Return what is known of a domain of another repository."""
    values = (("name", domain.name), ("description", domain.description), ("steward", domain.steward))
    return tuple(Resolved(key, value, RELEASE) for key, value in values if value)
