"""The schema: made by migrations alone, on both databases, by whoever comes first."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from meshwright.model.errors import Busy, Corrupt, Refused
from meshwright.model.identity import Secret
from meshwright.observe.database import Database
from meshwright.observe.tables import HEAD, VERSION_TABLE, metadata


def test_the_migrations_make_exactly_the_tables_that_the_code_uses(url: Secret) -> None:
    database = Database(url)
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"version_table": VERSION_TABLE, "compare_type": _same_storage}
        )
        differences = compare_metadata(context, metadata)
        revision = context.get_current_revision()
    assert (differences, revision) == ([], HEAD)


def _same_storage(_context: object, _inspected: object, _column: object, stored: object, wanted: object) -> bool:
    names = [str(getattr(t, "impl", t)).replace("INTEGER", "BIGINT") for t in (stored, wanted)]
    return names[0].split("(")[0].replace("TEXT", "VARCHAR") != names[1].split("(")[0].replace("TEXT", "VARCHAR")


def test_the_code_expects_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "meshwright.observe:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_any_number_of_processes_may_be_the_first(url: Secret) -> None:
    program = (
        "import sys; from meshwright.model.identity import Secret; from meshwright.observe.store import Observations;"
        "print(len(Observations(Secret(sys.argv[1])).open_incidents()))"
    )
    command = [sys.executable, "-c", program, url.reveal()]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    outcomes = [(*process.communicate(), process.returncode) for process in processes]
    assert outcomes == [("0\n", "", 0)] * 4


def test_a_database_that_a_newer_meshwright_migrated_is_refused(url: Secret) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(Refused, match="9999"):
        Database(url).migrate()


def test_a_write_that_fails_leaves_nothing(url: Secret) -> None:
    database = Database(url)

    def write_and_fail() -> None:
        with database.writing() as connection:
            connection.execute(text("INSERT INTO activation VALUES ('a', 'b', 1, '[]')"))
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        write_and_fail()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM activation")).scalar() == 0


@pytest.mark.parametrize("text", ["mysql://host/db", "sqlite://"], ids=["another database", "no file"])
def test_what_is_no_database_of_observations_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="no database of observations"):
        Database(Secret(text))


def test_a_server_that_is_down_is_something_to_try_again() -> None:
    with pytest.raises(Busy, match="cannot be used"):
        Database(Secret("postgresql://nobody@127.0.0.1:1/none")).migrate()


@pytest.mark.parametrize("text", ["observations", "postgresql://mesh:hunter2 host/db:x", "mysql://m:hunter2@host/db"])
def test_what_is_no_database_of_observations_is_refused_and_not_told(text: str) -> None:
    with pytest.raises(Refused) as refused:
        Database(Secret(text))
    assert "hunter2" not in str(refused.value)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "notes.db").write_text("not a database" * 100)
    with pytest.raises(Corrupt, match="not a database"):
        Database(Secret(f"sqlite:///{tmp_path / 'notes.db'}")).migrate()
