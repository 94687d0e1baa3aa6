"""The edge towards Airflow: the bundle, the DAGs, the operators and the plugin. Nothing else imports Airflow."""
