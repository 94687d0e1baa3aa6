"""Services: which engines' work is done by a service, in jobs that have a page each and go on by themselves?

Each DAG file asks, so that nothing is loaded here.
"""

WITH_JOBS = frozenset({"bigquery"})
"""The engines whose verbs are jobs of a service."""
