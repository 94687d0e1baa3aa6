"""What people see of a policy that an installed package brings along: built as a wheel, and installed beside."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from meshwright.cli.main import mesh
from meshwright.gate.policies.registry import _of_package
from meshwright.model.errors import NotFound, Refused

FAIR = Path(__file__).parent / "mesh"
PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "acme-policies"
version = "1.4.0"
[project.entry-points."meshwright.policies"]
paged = "acme_policies.paged:POLICY"
torn = "acme_policies.torn:POLICY"
raising = "acme_policies.raising:POLICY"
misnamed = "acme_policies.paged:POLICY"
owned = "acme_policies.paged:POLICY"
[tool.setuptools]
packages = ["acme_policies"]
"""
PAGED = '''\
"""A product that others read says where its on-call is reached."""

from dataclasses import dataclass

from meshwright.gate.policies.parameters import every
from meshwright.gate.policies.policy import Found, Level, Policy, place


@dataclass(frozen=True, slots=True)
class Parameters:
    """By what."""

    tools: tuple[str, ...] = every(("pager",), "there is a channel of one of these tools")


def check(graph, product, parameters):
    """Yield a finding for a product with consumers and without a pager."""
    if graph.consumers(product.address) and not any(s.tool in parameters.tools for s in product.support):
        message = f"`{product.address}` is read by others and has no {' or '.join(parameters.tools)}"
        yield Found((product.address,), place(product), message, "add one to `support`")


POLICY = Policy("paged", "ACME-1", Level.WARNING, check, Parameters)
'''
TORN = "from acme_policies import what_is_not_there\n"
RAISING = '''\
"""It cannot look at anything."""

from meshwright.gate.policies.policy import Level, Nothing, Policy


def check(graph, product, parameters):
    raise ZeroDivisionError("divided by nothing")
    yield


POLICY = Policy("raising", "ACME-2", Level.WARNING, check, Nothing)
'''


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel of a package, and install it into a folder of its own; the folder is not on the path yet."""
    project, target = tmp_path_factory.mktemp("acme"), tmp_path_factory.mktemp("installed")
    package = project / "acme_policies"
    package.mkdir()
    modules = {"__init__": "", "paged": PAGED, "torn": TORN, "raising": RAISING}
    for name, content in modules.items():
        (package / f"{name}.py").write_text(content)
    (project / "pyproject.toml").write_text(PROJECT)
    uv = str(Path(sys.executable).with_name("uv"))
    build = [uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--python", sys.executable, "--offline"]
    subprocess.run([*build, str(project)], check=True)
    (wheel,) = (project / "dist").glob("*.whl")
    subprocess.run([uv, "pip", "install", "--quiet", "--no-deps", "--offline", "--target", target, wheel], check=True)
    return target


@pytest.fixture
def here(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the package be found, as what is installed is."""
    monkeypatch.syspath_prepend(str(installed))
    _of_package.cache_clear()
    yield
    _of_package.cache_clear()
    for name in [name for name in sys.modules if name.startswith("acme_policies")]:
        del sys.modules[name]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = shutil.copytree(FAIR, tmp_path / "mesh")
    monkeypatch.chdir(folder)
    return folder


def decide(root: Path, policies: str) -> None:
    file = root / "mesh.yaml"
    file.write_text(f"{file.read_text()}policies: {policies}\n")


def said(*words: str) -> Result:
    return CliRunner().invoke(mesh, words, catch_exceptions=False, standalone_mode=False)


@pytest.mark.usefixtures("here")
def test_one_that_works_finds_and_explains_and_can_be_decided(root: Path) -> None:
    decide(root, "{paged: {severity: error, tools: [pager, siren]}}")
    tried = said("policy", "test", "--format", "json")
    assert tried.return_value == 1
    (found,) = json.loads(tried.stdout)["findings"]
    assert (found["code"], found["severity"]) == ("ACME-1", "error")
    assert found["message"] == "`shop.orders` is read by others and has no pager or siren"
    explained = json.loads(said("policy", "explain", "ACME-1", "--format", "json").stdout)
    assert explained["why"] == "A product that others read says where its on-call is reached."
    assert explained["package"] == "acme-policies 1.4.0"
    listed = json.loads(said("policy", "list", "--format", "json").stdout)["policies"]
    (paged,) = (p for p in listed if p["policy"] == "paged")
    assert paged["parameters"] == {"tools": "[pager, siren]"}


@pytest.mark.usefixtures("here", "root")
def test_one_that_nobody_has_decided_about_is_not_asked() -> None:
    assert said("policy", "test").return_value == 0


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param(
            "torn",
            "the policy `torn` of the package acme-policies 1.4.0 cannot be loaded: ImportError: cannot import name",
            id="a module that cannot be imported",
        ),
        pytest.param(
            "misnamed",
            "the policy `misnamed` of the package acme-policies 1.4.0 cannot be used: it calls itself `paged`",
            id="another name",
        ),
    ],
)
def test_one_that_is_broken_is_an_error_where_it_is_named(root: Path, name: str, says: str) -> None:
    decide(root, f"{{{name}: warning}}")
    told = said("validate")
    assert told.return_value == 1
    shown = click.unstyle(told.output)
    assert says in shown
    assert "mesh.yaml:8:" in shown
    assert "hint: mend the package, or install another version of it" in shown


@pytest.mark.usefixtures("here")
def test_one_that_fails_while_it_looks_is_told_by_its_name(root: Path) -> None:
    decide(root, "{raising: warning}")
    with pytest.raises(Refused) as refused:
        said("policy", "test")
    assert refused.value.message == (
        "the policy `raising` of the package acme-policies 1.4.0 failed at `shop.orders`: "
        "ZeroDivisionError: divided by nothing"
    )


def test_one_that_is_not_installed_is_an_error_where_it_is_named(root: Path) -> None:
    decide(root, "{paged: warning}")
    told = said("validate")
    assert told.return_value == 1
    assert "there is no policy `paged`" in click.unstyle(told.output)
    with pytest.raises(NotFound):
        said("policy", "explain", "paged")


@pytest.mark.usefixtures("here")
def test_one_that_is_called_like_a_built_in_one_never_takes_its_place_and_that_is_said(root: Path) -> None:
    decide(root, "{owned: error}")
    told = said("policy", "list", "--format", "json")
    (owned,) = (p for p in json.loads(told.stdout)["policies"] if p["policy"] == "owned")
    assert (owned["code"], owned["package"]) == ("MW0410", None)
    assert "the package acme-policies 1.4.0 brings a policy `owned`, and the one that is built in counts" in told.stderr
