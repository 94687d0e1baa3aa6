"""The mesh's DAGs, for places where Airflow can only be given a DAG folder, such as Cloud Composer.

Unlike a DAG bundle, this pins no run to a release: a run that is going on continues with what is released next. Its
tasks use no pool. It also asks the store for news each time that Airflow parses it. Where bundles can be configured,
configure `meshwright.airflow.bundle.MeshBundle` and leave this file out.
"""

from meshwright.airflow.bundle import MeshBundle
from meshwright.airflow.loader import load_all
from meshwright.airflow.reconciler import reconciler_dag

bundle = MeshBundle(name="mesh")
bundle.initialize()
globals().update(load_all(bundle.path))
reconciler = reconciler_dag()
