"""Web: the pages inside Airflow's UI, behind Airflow's own login.

Server-rendered, without inline scripts: whatever ran here would run with the rights of the person who looks.
"""

import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.core_api.security import get_user
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from meshwright import pages
from meshwright.pages.products import product_rows, products_json
from meshwright.pages.render import Filter, Place, products_page
from meshwright.workspace.workspace import Workspace, released_workspace, variable_connections

CONTENT_SECURITY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
)

router = APIRouter(dependencies=[Depends(get_user)])


def create_app() -> FastAPI:
    """Return the application that Airflow serves below `/mesh`."""
    app = FastAPI(title="Meshwright", docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(pages.__file__).parent / "static"))
    app.add_exception_handler(401, _to_login)
    app.middleware("http")(_guard)
    return app


def workspace() -> Workspace:
    """Open the environment that this Airflow runs; tests put another in its place."""
    return released_workspace(os.environ, variable_connections())


@router.get("/products")
def show_products(
    request: Request, opened: Annotated[Workspace, Depends(workspace)], q: str = "", domain: str = "", state: str = ""
) -> HTMLResponse:
    """Show every product with its state."""
    now = _now(opened)
    place = Place(opened.settings.environment, base=request.scope.get("root_path", ""))
    return HTMLResponse(products_page(product_rows(opened, now), Filter(q, domain, state), place, now))


@router.get("/products.json")
def list_products(opened: Annotated[Workspace, Depends(workspace)]) -> list[dict[str, Any]]:
    """Return the same as JSON."""
    return products_json(product_rows(opened, _now(opened)))


def _now(opened: Workspace) -> datetime:
    return opened.settings.clock(datetime.now(UTC))  # noqa: TID251  # this is the edge


async def _to_login(request: Request, error: Exception) -> Response:
    """Send a browser to Airflow's login; tell a program that it must sign in."""
    detail = error.detail if isinstance(error, HTTPException) else "Not authenticated"
    if "text/html" not in request.headers.get("accept", ""):
        return JSONResponse({"detail": detail}, status_code=401)
    login = get_auth_manager().get_url_login()
    return RedirectResponse(f"{login}?{urlencode({'next': request.url.path})}", status_code=303)


async def _guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-cache"
    return response
