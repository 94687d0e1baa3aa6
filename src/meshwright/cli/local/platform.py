"""Platform: Airflow's components on one machine, reachable from this machine only.

The components are started by themselves rather than as `airflow standalone`, which leaves its children behind. Nothing
here imports Airflow: it is known by its commands, its environment variables and its HTTP API.
"""

import json
import os
import secrets
import socket
import sys
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

import httpx

from meshwright.model.value import value

USER = "admin"
COMPONENTS: tuple[tuple[str, ...], ...] = (
    ("api-server",),
    ("dag-processor",),
    ("triggerer", "--skip-serve-logs"),  # the log servers would listen on every address
    ("scheduler", "--skip-serve-logs"),
)
"""In the order in which they start: a task that begins before it can report what it does loses a try."""


@value
class Platform:
    """One Airflow: the folder it lives in, and the port of its UI and API."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        """Where people look."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def user(self) -> str:
        """Who may sign in."""
        return USER

    @property
    def password(self) -> str:
        """The password of that user, made on the first start."""
        known: dict[str, str] = json.loads(self._passwords.read_text())
        return known[USER]

    @property
    def _passwords(self) -> Path:
        return self.home / "passwords.json"

    def prepare(self) -> None:
        """Make the folder, the password and the keys that sign Airflow's own tokens."""
        self.home.mkdir(parents=True, exist_ok=True)
        _keep_secret(self._passwords, json.dumps({USER: secrets.token_urlsafe(12)}))
        _keep_secret(self.home / "jwt.key", secrets.token_urlsafe(64))
        _keep_secret(self.home / "fernet.key", urlsafe_b64encode(secrets.token_bytes(32)).decode())

    def variables(self) -> dict[str, str]:
        """Return the environment of every component."""
        jwt = (self.home / "jwt.key").read_text()
        settings = {
            "core": {
                "executor": "LocalExecutor",
                "parallelism": str(max(2, min(4, os.cpu_count() or 2))),
                "load_examples": "False",
                "dags_are_paused_at_creation": "False",
                "dagbag_import_timeout": "120",
                "execution_api_server_url": f"{self.url}/execution/",
                "simple_auth_manager_users": f"{USER}:admin",
                "simple_auth_manager_passwords_file": str(self._passwords),
                "fernet_key": (self.home / "fernet.key").read_text(),
            },
            "database": {"sql_alchemy_conn": f"sqlite:///{self.home / 'airflow.db'}"},
            "api": {
                "host": "127.0.0.1",
                "port": str(self.port),
                "base_url": self.url,
                "workers": "1",
                "secret_key": jwt,
            },
            "api_auth": {"jwt_secret": jwt},
            "dag_processor": {
                "dag_bundle_config_list": json.dumps([_BUNDLE]),
                "dag_bundle_storage_path": str(self.home / "bundles"),
                "bundle_refresh_check_interval": "2",
                "dag_file_processor_timeout": "180",
                "min_file_process_interval": "300",  # a new release is parsed at once all the same
            },
            "workers": {"execution_api_timeout": "30"},
            "logging": {"base_log_folder": str(self.home / "logs")},
            "usage_data_collection": {"enabled": "False"},
        }
        flat = {f"AIRFLOW__{s}__{k}".upper(): v for s, values in settings.items() for k, v in values.items()}
        return {"AIRFLOW_HOME": str(self.home), **flat}

    def is_up(self) -> bool:
        """Tell whether the UI answers and tasks can report what they do.

        The first request to the execution API builds it, which takes longer than a task waits: asked here, no task
        is the first.
        """
        try:
            health = httpx.get(f"{self.url}/api/v2/monitor/health", timeout=5)
            return health.is_success and httpx.get(f"{self.url}/execution/health", timeout=120).is_success
        except httpx.HTTPError:
            return False


_BUNDLE: Mapping[str, object] = {
    "name": "mesh",
    "classpath": "meshwright.airflow.bundle.MeshBundle",
    "kwargs": {"refresh_interval": 5},
}


def airflow(*words: str) -> list[str]:
    """Return a command line of the Airflow that is installed beside us."""
    return [sys.executable, "-m", "airflow", *words]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _keep_secret(path: Path, value: str) -> None:
    """Write a secret for its owner's eyes, unless it is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as file:
        file.write(value)
