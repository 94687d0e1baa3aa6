"""Links: from a task in Airflow's UI to the pages of the jobs that it had an engine's service run.

Airflow keeps a link as an XCom of the task; one that has none yet, it does not show. So a link stays what it was when
the task ended, or went away for its job.
"""

from collections.abc import Mapping

from airflow.sdk import BaseOperator, BaseOperatorLink
from airflow.sdk.types import TaskInstanceKey


class JobLink(BaseOperatorLink):
    """The page of the job that works on a port, or on all of a product: of several, the one begun last."""

    def __init__(self, subject: str) -> None:
        self.subject = subject

    @property
    def name(self) -> str:
        """What Airflow's UI shows."""
        return f"Job: {self.subject}"

    @property
    def xcom_key(self) -> str:
        """What the page is kept under."""
        return link_key(self.subject)

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:  # noqa: ARG002  # Airflow's signature
        """Return the page that the task was told of; none where it had no such job."""
        pages: Mapping[str, str] = getattr(operator, "pages", {})
        return pages.get(self.subject, "")


def link_key(subject: str) -> str:
    """Return the key of the XCom that holds the page of a job."""
    return f"_link_job_{subject}"
