"""As whom BigQuery is asked: what its clients are given, for the emulator knows no accounts."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import impersonated_credentials
from google.auth.credentials import AnonymousCredentials

from meshwright.engine.attendant import Attendant
from meshwright.engine.bigquery.connection import open_warehouse
from meshwright.engine.bigquery.session import Session
from meshwright.engine.registry import no_connections, no_keys
from meshwright.model.address import ProductAddress
from meshwright.model.errors import Refused

BROKER, SALES = "broker@acme.iam.gserviceaccount.com", "mesh-sales@acme.iam.gserviceaccount.com"
DATA = f"bigquery://acme/dev?runAs.sales={BROKER},{SALES}"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let Google's libraries find an account of this machine's; give its address."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    account = {
        "type": "service_account", "project_id": "acme", "client_email": "machine@acme.iam.gserviceaccount.com",
        "private_key": key.private_bytes(*plain).decode(), "token_uri": "http://127.0.0.1:9/token",
    }  # fmt: skip
    (tmp_path / "key.json").write_text(json.dumps(account))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "key.json"))
    return account["client_email"]


def test_the_work_of_a_domain_is_asked_for_as_its_account_and_its_log_as_the_environment(machine: str) -> None:
    session = Session(open_warehouse(DATA), no_connections, no_keys).acting_for(ProductAddress("sales", "orders"))
    found = session.warehouse.client._credentials
    assert isinstance(found, impersonated_credentials.Credentials)
    assert found.service_account_email == SALES
    assert found._delegates == [BROKER]
    assert found._source_credentials.service_account_email == machine
    assert session.warehouse.own.client._credentials.service_account_email == machine
    assert session.warehouse.accounts == (BROKER, SALES)


def test_a_domain_of_which_nothing_is_said_is_the_environment(machine: str) -> None:
    opened = open_warehouse(DATA)
    assert opened.acting_for("trust") is opened


def test_whoever_attends_may_prove_it_in_another_way() -> None:
    asked: list[tuple[str, ...]] = []

    def credentials(accounts: tuple[str, ...]) -> object:
        asked.append(accounts)
        return AnonymousCredentials()  # type: ignore[no-untyped-call]

    open_warehouse(DATA, Attendant(credentials=credentials)).acting_for("sales")
    assert asked == [(), (BROKER, SALES)]


def test_what_is_no_account_is_refused_before_anything_is_asked(machine: str) -> None:
    with pytest.raises(Refused, match="no address of a service account"):
        open_warehouse("bigquery://acme?runAs=nadia@acme.org").acting_for("sales")
