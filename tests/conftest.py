"""What holds for all tests: how long an example takes on a busy machine decides none, and what is made is made once."""

import os
import sys

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# Hundreds of Pythons are started here, some with all of Airflow: whatever this machine says, the first one's bytecode
# serves the others.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests that share what their module makes with one worker: another would have to make it again.

    A campaign takes what it takes: it is given an hour, unless it says otherwise.
    """
    for item in items:
        if item.get_closest_marker("proof") and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(3600))
        if isinstance(item, pytest.Function) and _shares(item) and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


def _shares(test: pytest.Function) -> bool:
    fixtures = (made for found in test._fixtureinfo.name2fixturedefs.values() for made in found)
    return any(made.scope == "module" for made in fixtures)
