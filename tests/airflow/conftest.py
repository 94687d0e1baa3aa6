"""Airflow, as far as it is needed without a server: a home of its own, its database in memory."""

import os
import tempfile

# Airflow reads its configuration when it is imported, before any fixture.
os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-")
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
