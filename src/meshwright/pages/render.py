"""Render: read models as HTML. All that is shown is escaped; times are shown as ages, with the instant beside them."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from meshwright.model.slo import slo_text
from meshwright.model.time import instant_text, length_text
from meshwright.model.value import value
from meshwright.pages.products import ProductRow


@value
class Filter:
    """What somebody looks for among the products; empty texts look for nothing in particular."""

    text: str = ""
    domain: str = ""
    state: str = ""

    def matches(self, row: ProductRow) -> bool:
        """Tell whether a product is among what is looked for."""
        words = f"{row.address} {row.owner or ''} {row.description}".lower()
        return (
            self.text.strip().lower() in words
            and self.domain in ("", row.address.domain)
            and self.state in ("", row.state)
        )


@value
class Place:
    """Where a page is shown: the environment, the URL below which the pages are, and Airflow's own."""

    environment: str
    base: str
    airflow: str = ""


def products_page(rows: Sequence[ProductRow], wanted: Filter, place: Place, now: datetime) -> str:
    """Return the page that lists products with their state."""
    counts = Counter(str(row.state) for row in rows)
    return (
        _templates()
        .get_template("products.html")
        .render(
            rows=[row for row in rows if wanted.matches(row)],
            total=len(rows),
            counts=sorted(counts.items()),
            domains=sorted({row.address.domain for row in rows}),
            wanted=wanted,
            base=place.base,
            airflow=place.airflow,
            environment=place.environment,
            now=now,
        )
    )


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "words": _words,
        "code": _code,
        "ago": _ago,
        "count": _count,
        "instant": instant_text,
        "clock": _clock,
        "promise": slo_text,
    }
    environment.globals["tone"] = _tone
    return environment


def _tone(state: str) -> str:
    match str(state):
        case "ok" | "kept":
            return "good"
        case "broken" | "failed":
            return "bad"
        case "synthetic":
            return "busy"
        case _:
            return "none"


def _words(state: str) -> str:
    """`noData` is `no data` to people."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in str(state))


def _code(message: str) -> Markup:
    """Set apart what a message names between backticks."""
    parts = message.split("`")
    if len(parts) % 2 == 0:
        return escape(message)
    return Markup().join(Markup("<code>{}</code>").format(part) if i % 2 else part for i, part in enumerate(parts))


def _ago(instant: datetime | None, now: datetime) -> Markup:
    if instant is None:
        return Markup('<span class="muted">never</span>')
    text = instant_text(instant.replace(microsecond=0))
    return Markup('<time datetime="{0}" title="{0}">{1} ago</time>').format(text, length_text(now - instant))


def _clock(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M:%S}"


def _count(rows: int | None) -> str:
    return "" if rows is None else f"{rows:,}"
