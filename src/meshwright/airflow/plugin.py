"""Plugin: what Meshwright adds to Airflow's UI.

Every process of Airflow loads its plugins, each task too: the pages are imported by the first request for one. One
mistake in a view hides all of them: a test asks a live server.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

from meshwright.airflow import preload

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class Pages:
    """The pages as an ASGI application that is made when it is first asked for something."""

    def __init__(self) -> None:
        self._made: Application | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._made is None:
            from meshwright.airflow.web import create_app

            self._made = create_app()
        await self._made(scope, receive, send)


class MeshwrightPlugin(AirflowPlugin):
    """The pages, the way to them from Airflow's navigation, and what a scheduler imports for its tasks."""

    name = "meshwright"
    listeners = [preload]  # noqa: RUF012  # Airflow's attribute
    fastapi_apps = [{"app": Pages(), "url_prefix": "/mesh", "name": "Meshwright"}]  # noqa: RUF012  # Airflow's attribute
    external_views = [  # noqa: RUF012  # Airflow's attribute
        {
            "name": "Mesh",
            "href": "mesh/products",  # without a leading slash: below any base path
            "destination": "nav",
            "url_route": "mesh",
            "nav_top_level": True,
        }
    ]
