"""Who may read a product is said to the warehouse once it is published, and a refusal is not passed over."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.engine.bigquery.recorder import Recorder, recording
from tests.engine.bigquery.test_grants import SALES, product

from meshwright.actions.grant import grant
from meshwright.model.errors import FinalError
from meshwright.model.naming import PUBLISH
from meshwright.workspace.workspace import Workspace, open_workspace

FLIGHTS = Path(__file__).parents[2] / "examples" / "flights"
NOW = datetime(2013, 1, 4, tzinfo=UTC)
REFUSED = (403, {"error": {"code": 403, "message": "not yours", "errors": [{"reason": "accessDenied"}]}})


def workspace(folder: Path, **more: str) -> Workspace:
    return open_workspace(FLIGHTS, {"MESH_DATABASE": f"sqlite:///{folder}/observations.db", **more}, {})


def test_a_refused_grant_is_raised_and_remembered(tmp_path: Path) -> None:
    with recording(Recorder({"GET": [REFUSED], "PATCH": [REFUSED], "POST": [REFUSED]})) as address:
        data = f"bigquery://shop?endpoint={address}&readers=mesh-{{domain}}@acme.org"
        here = workspace(tmp_path, MESH_ENGINE="bigquery", MESH_DATA=data)
        with pytest.raises(FinalError, match="granting access"):
            grant(here, product(sales=None), NOW)
    failure = here.observations().latest([SALES])[SALES].failure
    assert failure
    assert failure.step == PUBLISH
    assert failure.reason.startswith("granting access to `marketplace.sales` is not allowed")


def test_where_files_say_who_reads_there_is_nothing_to_grant(tmp_path: Path) -> None:
    here = workspace(tmp_path)
    grant(here, product(sales=None), NOW)
    assert not here.observations().latest([SALES])
