"""Lineage: what a publish read and wrote, as the events of Airflow's OpenLineage provider say it.

Only a task that tells its lineage loads this: the provider asks for it when a transport is configured.
"""

from typing import Any

from airflow.providers.openlineage.extractors import OperatorLineage
from openlineage.client.event_v2 import InputDataset, OutputDataset
from openlineage.client.facet_v2 import column_lineage_dataset as lineage
from openlineage.client.facet_v2 import output_statistics_output_dataset as statistics
from openlineage.client.facet_v2 import schema_dataset as schema

from meshwright.interop.openlineage import Field, Flow, Written


def told(flow: Flow) -> OperatorLineage[Any, Any]:
    """Return the lineage of a publish: datasets, their columns, and the rows that each table holds."""
    return OperatorLineage(
        inputs=[InputDataset(namespace=read.namespace, name=read.name) for read in flow.read],
        outputs=[_output(written) for written in flow.written],
    )


def _output(written: Written) -> OutputDataset:
    fields = [schema.SchemaDatasetFacetFields(c.name, c.type.value, c.description or None) for c in written.columns]
    sources = {name: lineage.Fields([_input(f) for f in found]) for name, found in written.sources.items()}
    return OutputDataset(
        namespace=written.dataset.namespace,
        name=written.dataset.name,
        facets={
            "schema": schema.SchemaDatasetFacet(fields=fields),
            "columnLineage": lineage.ColumnLineageDatasetFacet(fields=sources),
        },
        outputFacets={"outputStatistics": statistics.OutputStatisticsOutputDatasetFacet(rowCount=written.rows)},
    )


def _input(field: Field) -> lineage.InputField:
    return lineage.InputField(namespace=field.dataset.namespace, name=field.dataset.name, field=field.name)
