"""Meshwright: the central orchestration layer of a data mesh on Apache Airflow.

The package listing is the data flow; docs/architecture.md walks through it.
"""

__version__ = "0.1.0"
