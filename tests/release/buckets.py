"""Buckets: S3 as a server on 127.0.0.1, GCS as far as it is the same, and a service that keeps what it was asked.

The XML API of GCS, which obstore speaks, is that of S3 but for one header: what is only to be created says so by
`x-goog-if-generation-match: 0`. Emulators of GCS do not answer it: fake-gcs-server and gcp-storage-emulator list no
bucket in XML, and the latter heeds no header. So S3's own is put in its place, with a signature, and moto answers.

moto's own program answers requests in threads, and looks whether an object is there before it keeps one: of two who
create it at once both may win, as on no S3. Here one request is answered after the other.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

import httpx

from meshwright.release.objects import open_objects

_S3 = """\
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
SIGNED = "AWS4-HMAC-SHA256 Credential=a/20260301/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=x"
application = DomainDispatcherApplication(create_backend_app)
def answer(asked, start):
    if asked.pop("HTTP_X_GOOG_IF_GENERATION_MATCH", None) == "0":
        asked["HTTP_IF_NONE_MATCH"] = "*"
    if not asked.get("HTTP_AUTHORIZATION", "").startswith("AWS4"):
        asked["HTTP_AUTHORIZATION"] = SIGNED
    return application(asked, start)
server = make_server("127.0.0.1", 0, answer)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextmanager
def s3() -> Iterator[dict[str, str]]:
    """Serve S3 with an empty bucket `mesh`; give the standard variables that lead there."""
    with subprocess.Popen(
        [sys.executable, "-c", _S3], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{int(server.stdout.readline())}"
            httpx.put(f"{address}/mesh").raise_for_status()
            yield variables(address)
        finally:
            server.terminate()


def variables(address: str) -> dict[str, str]:
    """Return the standard variables of a server that speaks S3."""
    return {
        "AWS_ENDPOINT_URL": address,
        "AWS_ALLOW_HTTP": "true",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "access-of-mesh",
        "AWS_SECRET_ACCESS_KEY": "s3cret-of-mesh",
    }


def create_ten(url: str, content: bytes, ready: Barrier, won: "Queue[tuple[bytes, list[bool]]]") -> None:
    """Create ten objects as soon as everybody is ready, and tell which of them one was the first to create."""
    objects = open_objects(url)
    objects.names("log")
    ready.wait()
    won.put((content, [objects.create(f"log/{n}", content) for n in range(10)]))


@dataclass
class Recorder:
    """What a store was asked: method and path, headers, body. `status` is what it answers, with `content`."""

    status: int = 200
    content: bytes = b""
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def recording(recorder: Recorder) -> Iterator[str]:
    """Serve a recorder's answer; give the address."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            recorder.asked.append((f"{self.command} {self.path}", headers, body))
            self.send_response(recorder.status)
            self.send_header("ETag", '"1"')
            self.send_header("Last-Modified", "Sun, 01 Mar 2026 12:00:00 GMT")
            self.send_header("Content-Length", str(len(recorder.content)))
            self.end_headers()
            self.wfile.write(recorder.content)

        do_GET = do_PUT = do_POST = _serve  # noqa: N815  # the names that the library calls

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def service_account(folder: Path, address: str) -> Path:
    """Write how obstore is led to another server than Google's: in its file of a service account."""
    path = folder / "account.json"
    account = {"client_email": "", "private_key": "", "private_key_id": "", "disable_oauth": True}
    path.write_text(json.dumps({**account, "gcs_base_url": address}))
    return path
