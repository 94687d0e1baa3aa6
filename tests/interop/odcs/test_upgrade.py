"""Later versions say what earlier ones said, and nothing else changes."""

from typing import Any

import pytest

from meshwright.interop.odcs.upgrade import upgraded
from meshwright.interop.odcs.versions import versioned
from meshwright.model.errors import Refused

HEAD = {"kind": "DataContract", "id": "x", "version": "1.0.0", "status": "active"}


def contract(version: str, **keys: Any) -> dict[str, Any]:
    return {"apiVersion": version, **HEAD, **keys}


def column(**keys: Any) -> list[dict[str, Any]]:
    return [{"name": "t", "properties": [{"name": "c", "logicalType": "integer", **keys}]}]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            {"team": [{"username": "ann"}]}, {"team": {"members": [{"username": "ann"}]}}, id="a team has a name"
        ),
        pytest.param(
            {"schema": column(logicalTypeOptions={"minimum": 0, "exclusiveMinimum": True})},
            {"schema": column(logicalTypeOptions={"exclusiveMinimum": 0})},
            id="what excludes a bound is the bound",
        ),
        pytest.param(
            {"schema": column(logicalTypeOptions={"maximum": 9, "exclusiveMaximum": False})},
            {"schema": column(logicalTypeOptions={"maximum": 9})},
            id="what excludes nothing goes",
        ),
        pytest.param(
            {"schema": column(quality=[{"rule": "nullCheck", "mustBe": 0}])},
            {"schema": column(quality=[{"metric": "nullValues", "mustBe": 0}])},
            id="a rule is a metric",
        ),
        pytest.param(
            {"schema": column(quality=[{"type": "library", "rule": "validValues", "validValues": [1], "mustBe": 0}])},
            {
                "schema": column(
                    quality=[
                        {"metric": "invalidValues", "type": "library", "mustBe": 0, "arguments": {"validValues": [1]}}
                    ]
                )
            },
            id="valid values are arguments",
        ),
        pytest.param(
            {"schema": column(quality=[{"type": "text", "note": "by hand"}])},
            {
                "schema": column(
                    quality=[{"type": "text", "customProperties": [{"property": "note", "value": "by hand"}]}]
                )
            },
            id="what has no key is a custom property",
        ),
        pytest.param(
            {"servers": [{"server": "a", "type": "athena", "staging_dir": "s3://x", "schema": "y"}]},
            {"servers": [{"server": "a", "type": "athena", "stagingDir": "s3://x", "schema": "y"}]},
            id="keys are spelled alike",
        ),
    ],
)
def test_what_v3_1_says_otherwise_is_said_so(before: dict[str, Any], after: dict[str, Any]) -> None:
    made = versioned(contract("v3.0.1", **before), "v3.1.0", "x")
    assert (made.plain, made.version, made.because) == (contract("v3.1.0", **after), "v3.1.0", "")


def test_what_no_version_changed_stays_word_for_word() -> None:
    kept = {
        "price": {"priceAmount": 9.95, "priceCurrency": "${CURRENCY:-EUR}"},
        "roles": [{"role": "reader", "access": None}],
        "customProperties": [{"property": "p", "value": {"deep": [1, None]}}],
        "team": {"members": [{"username": "ann"}]},
    }
    before = contract("v3.1.0", **kept)
    assert upgraded(before, "v3.2.0") == {**before, "apiVersion": "v3.2.0"}


def test_what_only_a_later_version_can_say_is_said_in_it() -> None:
    said = contract("v3.2.0", schema=column(enum=[{"value": 1}]))
    made = versioned(said, "v3.1.0", "x")
    assert (made.version, made.plain) == ("v3.2.0", said)
    assert made.because == "v3.1.0 cannot say what it says at `schema/0/properties/0`"


def test_what_is_no_contract_is_refused() -> None:
    with pytest.raises(Refused, match="`x` has no words in ODCS"):
        versioned(contract("v3.1.0", nonsense=1), "v3.1.0", "x")
