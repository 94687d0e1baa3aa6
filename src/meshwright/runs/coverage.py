"""Coverage: what has a product not built yet of what its inputs published? Pure: from publish logs.

A publish takes in what its inputs had published by the moment that it read them: all of it where it made its data
anew, and of its own interval where it made a part. So each instant of each publish of an input is covered by one
publish of each consumer, the first that takes it in; one publish may cover several. What none has taken in is left, and
due when nothing else is going to come back to it (docs/decisions/0048). Logs may begin late: what they do not hold any
more is not asked for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from meshwright.model.address import ProductAddress
from meshwright.model.identity import PublishId
from meshwright.model.product import CronSchedule, DataProduct
from meshwright.model.publish import Publish
from meshwright.model.time import Interval
from meshwright.model.value import value
from meshwright.slo.intervals import Span, joined, minus

Logs = Mapping[ProductAddress, Sequence[Publish]]
"""What each product has published, oldest first."""


_EVER = datetime.min.replace(tzinfo=UTC)


@value
class Left:
    """What of one publish of an input a product has not built; of that, what is `due`, oldest first."""

    publish: Publish
    spans: tuple[Interval, ...]
    due: tuple[Interval, ...]


@value
class Coverage:
    """How a product stands to its inputs: what is left, and those of its own publishes that built nothing new."""

    product: ProductAddress
    left: tuple[Left, ...]
    repeated: tuple[Publish, ...]


def coverage(products: Iterable[DataProduct], logs: Logs) -> tuple[Coverage, ...]:
    """Return where one publish of each consumer for each publish of an input is not so: too few, or too many."""
    found = (Coverage(p.address, left(p, logs), repeated(logs.get(p.address, ()))) for p in products)
    return tuple(one for one in found if one.left or one.repeated)


def left(product: DataProduct, logs: Logs) -> tuple[Left, ...]:
    """Return what a product has not built of each publish of its inputs, by input, oldest first."""
    return tuple(found for address in inputs_of(product) for found in _left(product, address, logs))


def inputs_of(product: DataProduct) -> tuple[ProductAddress, ...]:
    """Return the products that a product reads."""
    return tuple(dict.fromkeys(p.port.product for p in product.inputs if p.port))


def required_of(product: DataProduct) -> tuple[ProductAddress, ...]:
    """Return the products without which a product cannot be built."""
    return tuple(dict.fromkeys(p.port.product for p in product.inputs if p.port and p.required))


def complete_inputs(product: DataProduct, logs: Logs) -> datetime | None:
    """Return up to where the least of the required inputs that have published is complete."""
    published = [log for log in map(logs.get, required_of(product)) if log]
    return min((log[-1].watermark for log in published), default=None)


def repeated(log: Sequence[Publish]) -> tuple[Publish, ...]:
    """Return the publishes whose interval had been built of the very same publishes of the inputs before."""
    found: list[Publish] = []
    built: dict[frozenset[PublishId], tuple[Span, ...]] = {}
    for publish in log:
        if publish.restores is not None:  # what was taken back may be built again
            built = {}
            continue
        read = frozenset(i.publish_id for i in publish.inputs if i.publish_id)
        before = built.get(read, ())
        if read and before and not minus([_span(publish)], before):
            found.append(publish)
        built[read] = joined((*before, _span(publish)))
    return tuple(found)


@value
class _Taken:
    """A publish of a consumer that read an input, and the number of the last publish of it that it had read."""

    last: int
    publish: Publish


def _left(product: DataProduct, address: ProductAddress, logs: Logs) -> tuple[Left, ...]:
    log = logs.get(address, ())
    numbers = {publish.publish_id: n for n, publish in enumerate(log, 1)}
    own = sorted(_taken(logs.get(product.address, ()), address, numbers), key=lambda taken: taken.last)
    in_parts = not isinstance(product.schedule, CronSchedule) or address in required_of(product)
    due = _due(product, [taken.publish for taken in own], logs) if in_parts else ()
    found: list[Left] = []
    built: tuple[Span, ...] = ()
    for number, publish in reversed(tuple(enumerate(log, 1))):
        while own and own[-1].last >= number:
            taking = own.pop().publish
            if not (taking.is_part and in_parts):  # all that is older is in it
                return tuple(reversed(found))
            built = joined((*built, _span(taking)))
        spans = minus([_span(publish)], built) if built else (_span(publish),)
        if spans:
            found.append(Left(publish, _intervals(spans), _intervals(_within(spans, due))))
    return tuple(reversed(found))


def _due(product: DataProduct, own: Sequence[Publish], logs: Logs) -> tuple[Span, ...]:
    """Return the time whose news a run is to be started for; `own` are the publishes that have read the input.

    Where inputs drive a product, up to where they are complete. On a clock, what it has been through: the intervals
    ahead come by themselves, and who makes all anew takes the news in with the next one.
    """
    if not isinstance(product.schedule, CronSchedule):
        end = complete_inputs(product, logs)
        waits = any(not logs.get(address) for address in required_of(product))
        return () if end is None or waits else ((_EVER, end),)
    if not own or not own[-1].is_part:
        return ()
    return ((min(p.interval.start for p in own), max(p.interval.end for p in own)),)


def _taken(log: Sequence[Publish], address: ProductAddress, numbers: Mapping[PublishId, int]) -> Iterator[_Taken]:
    for publish in log:
        read = [i.publish_id for i in publish.inputs if i.port and i.port.product == address]
        if read:
            yield _Taken(max((numbers.get(one, 0) for one in read if one), default=0), publish)


def _within(spans: Iterable[Span], bounds: Iterable[Span]) -> Iterator[Span]:
    """Yield what of `spans` is in `bounds`."""
    found = ((max(s, lower), min(e, upper)) for s, e in spans for lower, upper in bounds)
    return ((start, end) for start, end in found if start < end)


def _span(publish: Publish) -> Span:
    return publish.interval.start, publish.interval.end


def _intervals(spans: Iterable[Span]) -> tuple[Interval, ...]:
    return tuple(Interval(start, end) for start, end in spans)
