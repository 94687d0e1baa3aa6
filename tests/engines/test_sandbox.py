"""Users' SQL reads the declared inputs, and reaches nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.engines.shop import SALES, TABLE, Shop

from meshwright.model.errors import FinalError
from meshwright.model.product import PublishMode

OpenShop = Callable[..., Any]

ESCAPES = [
    pytest.param(
        "SELECT content AS sale_id FROM read_text('{secret}')",
        id="reads a file",
        marks=pytest.mark.emulator_lacks("runs DuckDB's own functions, which BigQuery does not have"),
    ),
    pytest.param("SELECT * FROM '{secret}'", id="reads a file by its name"),
    pytest.param("SELECT file AS sale_id FROM glob('{folder}/*')", id="lists a folder"),
    pytest.param("SELECT * FROM read_csv('https://example.org/x.csv')", id="reads from the network"),
    pytest.param("SELECT sale_id FROM orders; ATTACH '{secret}' AS x", id="attaches a database"),
    pytest.param("ATTACH '{folder}/new.db' AS x", id="makes a database"),
    pytest.param("COPY orders TO '{folder}/stolen.csv'", id="writes a file"),
    pytest.param("COPY (SELECT 1) TO '{folder}/stolen.csv'", id="writes an answer to a file"),
    pytest.param("INSTALL httpfs", id="installs an extension"),
    pytest.param("LOAD httpfs", id="loads an extension"),
    pytest.param("SET enable_external_access = true", id="opens the sandbox"),
    pytest.param("RESET lock_configuration", id="unlocks the configuration"),
    pytest.param("DROP TABLE orders", id="drops a table"),
    pytest.param("SELECT sale_id FROM orders) AS x; DROP TABLE orders; --", id="closes our bracket"),
    pytest.param("SELECT * FROM query('ATTACH ''{secret}'' AS x')", id="hides a statement in a function"),
    pytest.param("SELECT * FROM python_variable", id="reads a variable of Python"),
]


@pytest.mark.parametrize("sql", ESCAPES)
@pytest.mark.parametrize("mode", [PublishMode.REPLACE, PublishMode.LEDGER])
def test_a_transform_cannot(open_shop: OpenShop, tmp_path: Path, sql: str, mode: PublishMode) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("sale_id,price,sold_at\nstolen,1,2013-01-01\n")
    python_variable = [{"sale_id": "stolen"}]
    shop: Shop = open_shop(mode=mode, sql=sql.format(secret=secret, folder=tmp_path))
    with pytest.raises(FinalError):
        shop.sell(0, [("a", 1)])
    assert shop.engine.publishes(SALES) == ()
    assert {p.name for p in tmp_path.iterdir()} <= {"data", "feed", "secret.csv"}
    assert python_variable


@pytest.mark.parametrize("sql", ESCAPES)
def test_a_question_cannot(open_shop: OpenShop, tmp_path: Path, sql: str) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("sale_id\nstolen\n")
    shop: Shop = open_shop()
    shop.sell(0, [("a", 1)])
    with pytest.raises(FinalError):
        shop.engine.query(shop.spoken(sql.format(secret=secret, folder=tmp_path)), (("orders", TABLE),))
    assert shop.sales() == [("a", 1)]
