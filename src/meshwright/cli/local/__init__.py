"""What `mesh up` runs on one machine: processes that it starts and ends, Airflow's components, sources, a receiver."""
