"""Releases and their log in S3 and in GCS, as servers; and what GCS is asked, word for word."""

import multiprocessing
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.gate.meshes import MESH, linked
from tests.release.buckets import Recorder, create_ten, recording, s3, service_account, variables

from meshwright.model.errors import Busy, MeshError, NotFound, Overtaken, Refused
from meshwright.model.identity import Digest
from meshwright.release.cut import freeze
from meshwright.release.entry import GATE, ROOT, Delegated, Pointed
from meshwright.release.files import object_file
from meshwright.release.keys import SigningKey
from meshwright.release.log import Log
from meshwright.release.objects import Objects, open_objects
from meshwright.release.store import ReleaseStore

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT_KEY, GATE_KEY = SigningKey.generate(), SigningKey.generate()
RELEASE = freeze(linked(MESH))
ASKED: tuple[Callable[[Objects], object], ...] = (
    lambda objects: objects.create("log/0", b""),
    lambda objects: objects.names("log"),
    lambda objects: objects.read("log/0"),
)
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    with s3() as found:
        yield found


@pytest.fixture(params=["s3", "gs"])
def bucket(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> str:
    """A folder of the bucket for each test."""
    account = service_account(tmp_path, server["AWS_ENDPOINT_URL"])
    for name, value in {**server, "GOOGLE_SERVICE_ACCOUNT": str(account)}.items():
        monkeypatch.setenv(name, value)
    return f"{request.param}://mesh/{abs(hash(request.node.name))}"


def test_of_processes_that_create_the_same_object_at_once_one_does(bucket: str) -> None:
    ready, won = SPAWN.Barrier(4), SPAWN.Queue()
    writers = [SPAWN.Process(target=create_ten, args=(bucket, f"{n}".encode(), ready, won)) for n in range(4)]
    for writer in writers:
        writer.start()
    told = dict(won.get(timeout=60) for _ in writers)
    for writer in writers:
        writer.join()
    for n in range(10):
        winners = [content for content, done in told.items() if done[n]]
        assert winners == [open_objects(bucket).read(f"log/{n}")]


def test_a_log_in_a_bucket_is_one_unbroken_chain(bucket: str) -> None:
    log = Log(bucket)
    with pytest.raises(NotFound):
        log.verify(ROOT_KEY.public)
    log.append(Delegated(GATE_KEY.public), ROOT, ROOT_KEY, NOW)
    head = log.verify(ROOT_KEY.public).head
    log.append(Pointed("local", Digest.of(b"a")), GATE, GATE_KEY, NOW, after=head)
    with pytest.raises(Overtaken):
        Log(bucket).append(Pointed("local", Digest.of(b"b")), GATE, GATE_KEY, NOW, after=head)
    assert Log(bucket).verify(ROOT_KEY.public, head).current("local") == Digest.of(b"a")
    assert open_objects(bucket).names("log") == ["log/00000000.json", "log/00000001.json"]


def test_a_release_is_kept_once_and_found_whole(bucket: str, tmp_path: Path) -> None:
    store, folder = ReleaseStore(bucket), tmp_path / "release"
    store.put(RELEASE)
    store.put(RELEASE)
    store.verify(RELEASE.digest)
    store.materialise(RELEASE.digest, folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.relative_to(folder).as_posix(): path.read_bytes() for path in files} == RELEASE.files


def test_an_object_that_was_removed_is_missed_by_its_name(bucket: str) -> None:
    lost = next(name for name in sorted(RELEASE.files) if name.startswith("products/"))
    for name, content in RELEASE.files.items():
        if name != lost:
            open_objects(bucket).create(object_file(Digest.of(content)), content)
    with pytest.raises(NotFound, match=lost):
        ReleaseStore(bucket).verify(RELEASE.digest)


def test_a_server_that_is_down_may_be_up_later_and_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables("http://nadia:pa55word@127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    for ask in ASKED:
        with pytest.raises(Busy, match="cannot be reached") as told:
            ask(open_objects("s3://mesh"))
        assert_no_secret(told.value)


def test_a_server_that_refuses_us_says_so_and_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with recording(Recorder(403, b"<Error><Code>AccessDenied</Code></Error>")) as address:
        for name, value in variables(address).items():
            monkeypatch.setenv(name, value)
        for ask in ASKED:
            with pytest.raises(Refused, match="the store refuses") as told:
                ask(open_objects("s3://mesh"))
            assert_no_secret(told.value)


def test_gcs_is_asked_to_create_only_what_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    with recording(recorder) as address:
        monkeypatch.setenv("GOOGLE_SERVICE_ACCOUNT", str(service_account(tmp_path, address)))
        assert open_objects("gs://mesh/artgo").create("log/0", b"{}")
        (asked, headers, body) = recorder.asked[-1]
        assert (asked, body) == ("PUT /mesh/artgo%2Flog%2F0", b"{}")
        assert headers["x-goog-if-generation-match"] == "0"
        recorder.status = 412
        assert not open_objects("gs://mesh/artgo").create("log/0", b"{}")


def assert_no_secret(error: MeshError) -> None:
    told = f"{error.message} {error.hint}"
    assert not any(secret in told for secret in ("s3cret-of-mesh", "access-of-mesh", "pa55word", "nadia"))
