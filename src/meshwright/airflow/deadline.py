"""Deadline: how long may a run take before its people are told, and what does Airflow do then?

A run that is over in time has no deadline any more. One that is not is remembered by the triggerer, which depends on no
worker and no pool: where everything is slow, that is not. From there it goes the way of all news (docs/decisions/0034).
"""

import asyncio
from datetime import timedelta
from typing import Any

from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference


def deadline(seconds: float) -> DeadlineAlert:
    """Return the alert of runs that have not ended so long after they were queued."""
    tells = AsyncCallback(tell, {"limit": seconds})
    return DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, timedelta(seconds=seconds), tells)


async def tell(limit: float, context: dict[str, Any]) -> None:
    """Remember that the run of `context` takes too long; in a thread, for the loop is not ours alone."""
    run = context["dag_run"]
    await asyncio.to_thread(_remember, run["dag_id"], run["dag_run_id"], limit)


def _remember(product: str, run: str, limit: float) -> None:
    from meshwright.actions.overrun import overrun
    from meshwright.airflow.operators import here
    from meshwright.model.address import product_address

    workspace, now = here()
    overrun(workspace, product_address(product), run, timedelta(seconds=limit), now)
