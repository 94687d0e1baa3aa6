"""Do: one module per verb that changes state, composed once. The command line, Airflow and the pages only translate."""
