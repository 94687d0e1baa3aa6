"""Settings: where this environment keeps its things, and who said so.

Five layers, the later one wins: default < mesh.lock < the environment's section in mesh.yaml < environment variables <
flags. Each value knows its origin, which `mesh show settings` prints. Secrets come from environment variables only.
"""

from collections.abc import Mapping
from dataclasses import field, fields
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

from meshwright.model.errors import NotFound, Refused
from meshwright.model.identity import Secret
from meshwright.model.mesh import Environment
from meshwright.model.naming import environment_mistake, state_folder
from meshwright.model.spelling import did_you_mean
from meshwright.model.time import instant, instant_or_length
from meshwright.model.value import value

if TYPE_CHECKING:
    from meshwright.manifest.lock import Lock


@value
class Setting:
    """One value as people see it, and the layer it came from."""

    name: str
    value: str
    origin: str


@value
class Settings:
    """All that differs between a laptop, a test and production.

    `data`, `store` and `keys` are folders or URLs; `database` is an SQLAlchemy URL. `root_key` is the public key, in
    hexadecimal, that releases must be signed under; None on a first use, when the environment is being set up.
    `since` and `until` bound the intervals that are run here; with `until` this is a replay, whose clock stands there.
    `memory` limits one engine process, such as `2GB`. `price_hour` is what an hour of a run costs, `price_tebibyte`
    what is billed for reading so much. `reconcile` is the time between two looks for missing runs. `catalog` is the
    entry group of Google's catalogue that is told of each publish, `projects/…/locations/…/entryGroups/…`; `region` is
    where this environment keeps data.
    """

    environment: str
    engine: str
    data: str
    store: str
    database: Secret
    keys: Path
    root_key: str | None = None
    person: str | None = None
    since: datetime | timedelta | None = None
    until: datetime | None = None
    memory: str | None = None
    price_hour: Decimal | None = None
    price_tebibyte: Decimal | None = None
    region: str | None = None
    reconcile: timedelta = timedelta(minutes=5)
    catalog: str | None = None
    log_format: str = "text"
    webhook: Secret | None = None
    alertmanager: Secret | None = None
    smtp: Secret | None = None
    heartbeat: Secret | None = None
    shown: tuple[Setting, ...] = field(default=(), compare=False)

    def begins(self, deployed: datetime) -> datetime:
        """Return from when on intervals are run, in an environment that was first `deployed` to then."""
        match self.since:
            case None:
                return deployed
            case datetime() as since:
                return since
            case length:
                return deployed - length

    def clock(self, now: datetime) -> datetime:
        """Return the moment that actions take as now: where a replay's clock stands, else `now`."""
        return now if self.until is None else min(self.until, now)


LOCAL = "local"
"""The environment where no other is said: that of whoever works there."""

_NAMES = tuple(f.name for f in fields(Settings) if f.name != "shown")
LOG_FORMATS = ("text", "json")
_SECRETS = ("webhook", "alertmanager", "smtp", "heartbeat")


def variable(name: str) -> str:
    """Return the environment variable of a setting: `MESH_DATA`."""
    return f"MESH_{name.upper()}"


def resolve(
    root: Path,
    environments: tuple[Environment, ...],
    variables: Mapping[str, str],
    flags: Mapping[str, str],
    lock: "Lock | None" = None,
) -> Settings:
    """Return the settings of the mesh at `root`.

    Raises `Refused` for a value that cannot be read and a name that no environment can have, `NotFound` for an
    environment that is not declared.
    """
    default = lock.environment if lock else LOCAL
    name = flags.get("environment") or variables.get("MESH_ENVIRONMENT") or default
    if mistake := environment_mistake(name):
        raise Refused(mistake[0], hint=mistake[1])
    _check_flag(flags.get("environment"), {default, *(e.name for e in environments)}, environments)
    layers = (
        ("default", _defaults(root, name, variables)),
        ("mesh.lock", _from_lock(root, lock)),
        (f"mesh.yaml, environments.{name}", _from_mesh(environments, name)),
        ("variable", {n: variables[variable(n)] for n in _NAMES if variables.get(variable(n))}),
        ("flag", {n: v for n, v in flags.items() if v}),
    )
    texts: dict[str, str] = {}
    origins: dict[str, str] = {}
    for origin, values in layers:
        texts |= values
        origins |= dict.fromkeys(values, origin)
    for n in origins:
        origins[n] = f"variable {variable(n)}" if origins[n] == "variable" else origins[n]
    shown = [Setting(n, "***" if n in _SECRETS else _public(texts[n]), origins[n]) for n in texts]
    try:
        return _typed(texts, tuple(sorted(shown, key=lambda s: s.name)))
    except ValueError as error:
        raise Refused(f"the settings cannot be read: {error}", hint="`mesh show settings` names each origin") from None


def _check_flag(name: str | None, known: set[str], declared: tuple[Environment, ...]) -> None:
    """Refuse an environment that was typed, and that the mesh does not declare, although it declares some."""
    if name and declared and name not in known:
        hint = did_you_mean(name, known, otherwise="declare it among mesh.yaml's `environments`")
        raise NotFound(f"there is no environment `{name}`", hint=hint)


def _defaults(root: Path, environment: str, variables: Mapping[str, str]) -> dict[str, str]:
    state = root / state_folder(environment)
    config = variables.get("XDG_CONFIG_HOME") or str(
        Path(variables["HOME"] if "HOME" in variables else _homeless()) / ".config"
    )
    return {
        "environment": environment,
        "engine": "duckdb",
        "data": str(state / "data"),
        "store": str(state / "store"),
        "database": f"sqlite:///{state / 'observations.db'}",
        "keys": str(Path(config) / "meshwright" / "keys"),
        "reconcile": "300s",
        "log_format": "text",
    }


def _homeless() -> str:
    """Return where the keys are of whoever has no home, such as a container's user."""
    import tempfile  # few need it

    return tempfile.gettempdir()


def _from_lock(root: Path, lock: "Lock | None") -> dict[str, str]:
    if lock is None:
        return {}
    return {"environment": lock.environment, "store": lock.store_at(root), "root_key": lock.root_key}


def _from_mesh(environments: tuple[Environment, ...], name: str) -> dict[str, str]:
    found = next((e for e in environments if e.name == name), None)
    if found is None:
        return {}
    values = {
        "engine": found.engine,
        "data": found.data,
        "store": found.store,
        "region": found.region,
        "since": _time_text(found.since),
        "until": _time_text(found.until),
        "price_hour": None if found.prices.hour is None else f"{found.prices.hour:f}",
        "price_tebibyte": None if found.prices.tebibyte is None else f"{found.prices.tebibyte:f}",
        "catalog": found.catalog,
    }
    return {n: v for n, v in values.items() if v}


def _time_text(value: datetime | timedelta | None) -> str | None:
    match value:
        case timedelta():
            return f"{value.total_seconds():.0f}s"
        case datetime():
            return value.isoformat()
        case None:
            return None


def _typed(texts: Mapping[str, str], shown: tuple[Setting, ...]) -> Settings:
    if texts["log_format"] not in LOG_FORMATS:
        raise ValueError(f"`{texts['log_format']}` is no format of log lines: write {' or '.join(LOG_FORMATS)}")
    since = texts.get("since")
    until = texts.get("until")
    return Settings(
        environment=texts["environment"],
        engine=texts["engine"],
        data=texts["data"],
        store=texts["store"],
        database=Secret(texts["database"]),
        keys=Path(texts["keys"]).expanduser(),
        root_key=texts.get("root_key"),
        person=texts.get("person"),
        since=None if since is None else instant_or_length(since),
        until=None if until is None else instant(until),
        memory=texts.get("memory"),
        region=texts.get("region"),
        price_hour=_price(texts.get("price_hour")),
        price_tebibyte=_price(texts.get("price_tebibyte")),
        reconcile=_length(texts["reconcile"]),
        catalog=texts.get("catalog"),
        log_format=texts["log_format"],
        shown=shown,
        **{n: Secret(texts[n]) for n in _SECRETS if n in texts},
    )


def _price(text: str | None) -> Decimal | None:
    try:
        found = None if text is None else Decimal(text)
    except InvalidOperation:
        raise ValueError(f"`{text}` is no price") from None
    if found is not None and not (found.is_finite() and found >= 0):
        raise ValueError(f"`{text}` is no price")
    return found


def _length(text: str) -> timedelta:
    length = instant_or_length(text)
    if isinstance(length, timedelta):
        return length
    raise ValueError(f"`{text}` is not a length: write seconds, such as `300s`")


def _public(text: str) -> str:
    """Hide what may be a password in a URL: who asks, and how."""
    scheme, separator, rest = text.partition("://")
    if not separator:
        return text
    place, question, _ = rest.partition("?")
    hidden = f"***@{place.rpartition('@')[2]}" if "@" in place else place
    return f"{scheme}://{hidden}{'?***' if question else ''}"
