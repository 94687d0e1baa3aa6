"""The pages in Airflow's UI, for places where only a plugins folder can be had. Never name it `meshwright.py`."""

from meshwright.airflow.plugin import MeshwrightPlugin

__all__ = ["MeshwrightPlugin"]
