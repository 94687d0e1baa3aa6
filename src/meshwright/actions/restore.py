"""Restore: make the data of an earlier publish those of a product again.

What was published stays in the log; bringing it back is a publish of its own. Nobody goes back further than they meant
to: said again it is refused, unless it names the publish.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from meshwright.engine.protocol import Engine
from meshwright.engine.staging import shape
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import ProductAddress
from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import PublishId
from meshwright.model.product import DataProduct, PublishMode
from meshwright.model.publish import Publish, standing
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.workspace.workspace import Workspace


@value
class Restored:
    """What was brought back, by which publish, and what it took back; `holding` are consumers that were built of that.

    They are built again as far as their inputs are complete, and of the rest when it is published anew.
    """

    publish: Publish
    back: Publish
    taken_back: tuple[Publish, ...]
    holding: tuple[ProductAddress, ...]


def restore(workspace: Workspace, graph: MeshGraph, address: ProductAddress, to: str | None, now: datetime) -> Restored:
    """Go back to the publish whose id begins with `to`, else to the one before.

    Raises `NotFound` where there is none or it is not kept, and `Refused` for what cannot go back: a ledger, a product
    that is served in place, an engine that keeps nothing, data of other columns or masks than the product has now, and
    without `to` a product that was rolled back last.
    """
    engine = workspace.engine()
    product = graph.product(address)
    if product is None:
        hint = did_you_mean(str(address), map(str, graph.order), otherwise="`mesh list` shows all products")
        raise NotFound(f"there is no product `{address}`", hint=hint)
    _refuse_kind(engine, product)
    log, kept = engine.publishes(address), engine.restorable(address)
    back = _before(address, log) if to is None else _named(address, log, to, _choice(kept))
    taken_back = _taken_back(address, log, back)
    if back not in kept:
        raise NotFound(f"publish {back.publish_id} of `{address}` is not kept any more", hint=_choice(kept))
    _refuse_other_shape(product, back)
    if back.keys != log[-1].keys:
        raise Refused(
            f"publish {back.publish_id} of `{address}` holds pseudonyms by keys that others have followed",
            hint="run the product again for the interval that was wrong",
        )
    publish = engine.restore(address, back.publish_id, now)
    workspace.observations().record_publish(publish)
    return Restored(publish, back, taken_back, tuple(_holding(engine, graph, address, taken_back)))


def _refuse_kind(engine: Engine, product: DataProduct) -> None:
    address, capabilities = product.address, engine.capabilities
    if product.is_virtual:
        raise Refused(f"`{address}` is served in place", hint="go back where its tables are kept")
    if any(table.mode is PublishMode.LEDGER for _, table in product.tables()):
        raise Refused(f"`{address}` is a ledger, which loses no entry", hint="enter what corrects it")
    if not capabilities.keeps:
        raise Refused(
            f"{capabilities.name} keeps no publish of `{address}` but the last",
            hint="mend what was wrong and run the product again, for the interval that was wrong",
        )


def _before(address: ProductAddress, log: Sequence[Publish]) -> Publish:
    made = standing(log)
    is_last = len(made) < 2
    if log and log[-1].restores is not None:
        further = "nothing was published before" if is_last else f"`--to {made[-2].publish_id}` goes one further"
        raise Refused(f"`{address}` was rolled back already: it holds publish {made[-1].publish_id}", hint=further)
    if is_last:
        raise NotFound(f"nothing was published of `{address}` before what it holds", hint="run the product again")
    return made[-2]


def _named(address: ProductAddress, log: Sequence[Publish], to: str, hint: str) -> Publish:
    found = [publish for publish in log if str(publish.publish_id).startswith(to)]
    if len(found) != 1:
        raise NotFound(f"{len(found) or 'no'} publishes of `{address}` begin with `{to}`", hint=hint)
    return found[0]


def _choice(kept: Sequence[Publish]) -> str:
    """Say which publishes there are to go back to, the newest first."""
    ids = ", ".join(str(publish.publish_id) for publish in reversed(kept))
    return f"there are {ids}" if ids else "nothing is kept yet: run the product again"


def _refuse_other_shape(product: DataProduct, back: Publish) -> None:
    if back.shape != shape(product):
        raise Refused(
            f"publish {back.publish_id} has other columns or masks than `{product.address}` has now",
            hint="roll the release back first, which brings its columns back; or run the product again",
        )


def _taken_back(address: ProductAddress, log: Sequence[Publish], back: Publish) -> tuple[Publish, ...]:
    """Return what stands now and will not. Raises `Refused` where that is nothing, and nothing will that does not."""
    made, then = standing(log), standing(log[: log.index(back) + 1])
    if made == then:
        raise Refused(f"`{address}` holds publish {then[-1].publish_id} already", hint="nothing is to be done")
    return tuple(publish for publish in made if publish not in then)


def _holding(
    engine: Engine, graph: MeshGraph, address: ProductAddress, taken_back: Iterable[Publish]
) -> Iterable[ProductAddress]:
    """Yield the products whose last data were made of what was taken back."""
    gone: set[PublishId] = {publish.publish_id for publish in taken_back}
    for consumer in graph.mesh.products:
        if any(p.port and p.port.product == address for p in consumer.inputs):
            log = standing(engine.publishes(consumer.address))
            if any(read.publish_id in gone for publish in log for read in publish.inputs):
                yield consumer.address
