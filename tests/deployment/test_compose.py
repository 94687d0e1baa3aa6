"""The production topology: what can be known of it where no container engine is."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((Path(__file__).parent / "compose-spec.json").read_text())


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def test_the_compose_file_follows_the_specification(compose: dict[str, Any]) -> None:
    jsonschema_rs.validator_for(SCHEMA).validate(compose)


def test_the_specification_would_refuse_a_mistake(compose: dict[str, Any]) -> None:
    compose = {**compose, "services": {**compose["services"], "worker": {"imagee": "meshwright"}}}
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validator_for(SCHEMA).validate(compose)


def test_it_has_every_component_of_the_topology(compose: dict[str, Any]) -> None:
    components = {"api-server", "scheduler", "dag-processor", "triggerer", "worker", "monitor", "postgres", "redis"}
    assert components <= set(compose["services"])


def test_every_service_waits_for_services_that_there_are(compose: dict[str, Any]) -> None:
    services = compose["services"]
    awaited = {name for service in services.values() for name in service.get("depends_on", {})}
    assert awaited <= set(services)


def test_every_volume_is_declared(compose: dict[str, Any]) -> None:
    mounts = [mount for service in compose["services"].values() for mount in service.get("volumes", [])]
    assert {mount.split(":")[0] for mount in mounts} == set(compose["volumes"])


def test_only_this_host_reaches_what_is_published(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_no_secret_is_written_down(compose: dict[str, Any]) -> None:
    words = ("PASSWORD", "SECRET", "FERNET_KEY")
    environments = [service.get("environment", {}) for service in compose["services"].values()]
    values = [v for e in environments for k, v in e.items() if any(word in k for word in words)]
    assert values
    assert all(str(value).startswith("${") for value in values)


def test_the_bundle_is_one_that_exists(compose: dict[str, Any]) -> None:
    text = compose["services"]["worker"]["environment"]["AIRFLOW__DAG_PROCESSOR__DAG_BUNDLE_CONFIG_LIST"]
    (bundle,) = json.loads(text)
    module, _, name = bundle["classpath"].rpartition(".")
    source = ROOT / "src" / Path(*module.split(".")).with_suffix(".py")
    assert f"class {name}(" in source.read_text()


def test_every_process_of_the_mesh_is_told_what_the_guide_says_that_it_needs(compose: dict[str, Any]) -> None:
    guide = (ROOT / "docs" / "guides" / "platform-team.md").read_text()
    setting_up = guide.partition("## Setting up")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in setting_up.splitlines() if line.strip().startswith("| `MESH_")]
    needed = {name for row in rows for name in re.findall(r"MESH_\w+", row)}
    assert {"MESH_STORE", "MESH_ROOT_KEY", "MESH_DATABASE"} <= needed
    for name in ("scheduler", "dag-processor", "triggerer", "worker", "api-server", "monitor"):
        assert needed - compose["services"][name]["environment"].keys() == set()
