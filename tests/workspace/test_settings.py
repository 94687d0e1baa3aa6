"""Every setting knows which layer it came from, and the later layer wins."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from meshwright.model.errors import NotFound, Refused
from meshwright.model.mesh import Environment
from meshwright.workspace.settings import Settings, resolve

ROOT = Path("mesh")
REPLAY = Environment("local", since=timedelta(hours=3), until=datetime(2013, 1, 4, tzinfo=UTC), data="elsewhere")


def origin(settings: Settings, name: str) -> str:
    return next(s.origin for s in settings.shown if s.name == name)


@pytest.mark.parametrize(
    ("variables", "flags", "value", "source"),
    [
        pytest.param({}, {}, "elsewhere", "mesh.yaml, environments.local", id="the mesh's file beats the default"),
        pytest.param({"MESH_DATA": "v"}, {}, "v", "variable MESH_DATA", id="a variable beats the file"),
        pytest.param({"MESH_DATA": "v"}, {"data": "f"}, "f", "flag", id="a flag beats the variable"),
        pytest.param({"MESH_DATA": ""}, {}, "elsewhere", "mesh.yaml, environments.local", id="empty is unset"),
    ],
)
def test_the_later_layer_wins(variables: dict[str, str], flags: dict[str, str], value: str, source: str) -> None:
    settings = resolve(ROOT, (REPLAY,), variables, flags)
    assert (settings.data, origin(settings, "data")) == (value, source)


def test_an_environment_that_nobody_declared_has_defaults_of_its_own() -> None:
    settings = resolve(ROOT, (REPLAY,), {"MESH_ENVIRONMENT": "test"}, {})
    assert settings.data == str(ROOT / ".mesh" / "test" / "data")
    assert settings.until is None


@pytest.mark.parametrize(
    ("typed", "hint"),
    [("locl", "did you mean `local`?"), ("production", "declare it among mesh.yaml's `environments`")],
)
def test_an_environment_that_is_typed_must_be_declared(typed: str, hint: str) -> None:
    with pytest.raises(NotFound, match=f"there is no environment `{typed}`") as refused:
        resolve(ROOT, (REPLAY,), {}, {"environment": typed})
    assert refused.value.hint == hint


@pytest.mark.parametrize("name", ["cache", "fetched", "local/data", "../elsewhere", "."])
@pytest.mark.parametrize("by", ["flag", "variable"])
def test_an_environment_has_a_folder_that_nothing_else_has(name: str, by: str) -> None:
    variables, flags = ({}, {"environment": name}) if by == "flag" else ({"MESH_ENVIRONMENT": name}, {})
    with pytest.raises(Refused, match="cannot be called" if name in ("cache", "fetched") else "is not a name"):
        resolve(ROOT, (), variables, flags)


def test_where_no_environment_is_declared_any_may_be_typed() -> None:
    assert resolve(ROOT, (), {}, {"environment": "production"}).environment == "production"


@pytest.mark.parametrize("since", [timedelta(seconds=90), timedelta(days=30), timedelta(days=4000)])
def test_a_length_in_mesh_yaml_is_read_whatever_it_is(since: timedelta) -> None:
    assert resolve(ROOT, (Environment("local", since=since),), {}, {}).since == since


def test_a_replays_clock_stands_at_its_end() -> None:
    settings = resolve(ROOT, (REPLAY,), {}, {})
    assert settings.since == timedelta(hours=3)
    assert settings.clock(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2013, 1, 4, tzinfo=UTC)
    assert resolve(ROOT, (), {}, {}).clock(datetime(2026, 1, 1, tzinfo=UTC)) == datetime(2026, 1, 1, tzinfo=UTC)


def test_no_secret_is_shown() -> None:
    variables = {
        "MESH_WEBHOOK": "https://hooks/s3cret",
        "MESH_DATABASE": "postgresql://mesh:s3cret@db/mesh",
        "MESH_STORE": "s3://releases?secret_access_key=s3cret",
    }
    settings = resolve(ROOT, (), variables, {})
    shown = {s.name: s.value for s in settings.shown}
    assert "s3cret" not in repr(settings.shown)
    assert (shown["database"], shown["store"]) == ("postgresql://***@db/mesh", "s3://releases?***")


@pytest.mark.parametrize("text", ["yesterday", "3x", "2013-13-01"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        resolve(ROOT, (), {"MESH_SINCE": text}, {})


def test_log_lines_of_an_unknown_format_are_refused() -> None:
    with pytest.raises(Refused, match="`xml` is no format of log lines: write text or json"):
        resolve(ROOT, (), {"MESH_LOG_FORMAT": "xml"}, {})
