"""dbt: the public models of a dbt project, as products that its warehouse serves."""
