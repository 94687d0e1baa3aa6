"""Meter: what have the jobs of this process been billed for? Asked of BigQuery, where a job has read anything."""

from dataclasses import dataclass, field

from google.cloud import bigquery
from google.cloud.bigquery.table import RowIterator

from meshwright.model.publish import Spent

AnyJob = bigquery.QueryJob | bigquery.LoadJob


@dataclass(slots=True)
class Meter:
    """Counts what jobs took, since it was made."""

    spent: Spent = field(default_factory=Spent)
    away: float = 0.0
    """Seconds that jobs took which somebody else has begun: an earlier try, before it went away or died."""

    def count(self, job: AnyJob) -> None:
        """Count a job of which BigQuery has told everything; to load is free."""
        if isinstance(job, bigquery.QueryJob):
            self.spent += Spent(int(job.total_bytes_billed or 0), (job.slot_millis or 0) / 1000)

    def found(self, job: AnyJob) -> None:
        """Count the time of a job that was begun before."""
        if job.started and job.ended:
            self.away += (job.ended - job.started).total_seconds()

    def ask(self, client: bigquery.Client, answer: RowIterator) -> None:
        """Count the job of an answer. One that has read nothing was billed for nothing, and is not asked after."""
        if answer.job_id and answer.total_bytes_processed:
            job = client.get_job(answer.job_id, location=answer.location)
            if isinstance(job, bigquery.QueryJob):
                self.count(job)
