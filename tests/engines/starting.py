"""Starting: the emulator of BigQuery, by its own Python, so that it answers one request after the other, and soon.

It has one connection to its database, on which threads would read each other's answers. It makes a generator of SQL for
each statement, and reads each statement twenty times, mostly to see what it is: together most of its time.
"""

import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlglot
from bqemulator.cli import main
from fastapi import routing
from fastapi.dependencies import utils
from sqlglot.dialects.dialect import Dialect

LOOKING = {
    "_capture_dml_snapshots",
    "_detect_catalog_drop",
    "_detect_create_schema",
    "_detect_plain_create_table",
    "_detect_plain_create_view",
    "_extract_ddl_metadata",
    "_parse_for_classification",
    "_parse_statement",
    "_reject_dml_on_immutable",
    "build_catalog_schema",
    "detect_drop_routine",
}
"""The functions of the emulator that read a statement to see what it is."""


async def at_once(function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Any:
    """Call a function here, and in no thread."""
    return function(*arguments, **more)


@cache
def generator(dialect: type[Dialect], **options: Any) -> Any:
    """Return the one generator of a dialect."""
    return dialect.generator_class(dialect=dialect(), **options)


@cache
def tree(sql: str, **options: Any) -> Any:
    """Return what a statement is read as, for those who change nothing of it."""
    return parse_one(sql, **options)


def read(sql: str, *arguments: Any, **options: Any) -> Any:
    """Read a statement, or give what was read before to who only looks at it."""
    looks = not arguments and sys._getframe(1).f_code.co_name in LOOKING
    return tree(sql, **options) if looks else parse_one(sql, *arguments, **options)


parse_one, sqlglot.parse_one = sqlglot.parse_one, read
routing.run_in_threadpool = utils.run_in_threadpool = at_once
Dialect.generator = lambda dialect, **options: generator(type(dialect), **options)
sys.exit(main())
