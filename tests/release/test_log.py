"""The log: what was signed by whom, in an order that cannot be changed unseen."""

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from meshwright.model.errors import Busy, Corrupt, MeshError, NotFound, Refused
from meshwright.model.identity import Digest
from meshwright.release.entry import GATE, ROOT, Approved, Delegated, Pointed, Released, Revoked
from meshwright.release.keys import SigningKey, kept_key, load_key, verify
from meshwright.release.log import Head, History, Log

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT_KEY, GATE_KEY, PERSON_KEY = SigningKey.generate(), SigningKey.generate(), SigningKey.generate()
A, B = Digest.of(b"a"), Digest.of(b"b")
PLAN = Digest.of(b"plan")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A log of six records: two releases of which the second runs."""
    log = Log(str(tmp_path / "store"))
    log.append(Delegated(GATE_KEY.public), ROOT, ROOT_KEY, NOW)
    log.append(Released(A, None, PLAN, "nadia"), GATE, GATE_KEY, NOW)
    log.append(Pointed("local", A), GATE, GATE_KEY, NOW)
    log.append(Approved(PLAN, "tomas", ("steward",)), "tomas", PERSON_KEY, NOW)
    log.append(Released(B, A, PLAN, "nadia", approved_by=("tomas",)), GATE, GATE_KEY, NOW)
    log.append(Pointed("local", B), GATE, GATE_KEY, NOW)
    return str(tmp_path / "store")


def records(url: str) -> list[Path]:
    return sorted((Path(url) / "log").iterdir())


def verified(url: str, seen: Head | None = None) -> History:
    return Log(url).verify(ROOT_KEY.public, *([seen] if seen else []))


def test_a_log_says_what_runs_and_what_ran(url: str) -> None:
    history = verified(url)
    assert history.current("local") == B
    assert history.current("production") is None
    assert history.pointers("local") == ((2, A), (5, B))
    assert [m.release for m in history.made()] == [A, B]


def test_another_process_verifies_it_with_the_public_key_alone(url: str) -> None:
    program = (
        "import sys; from meshwright.release.log import Log\n"
        "print(Log(sys.argv[1]).verify(sys.argv[2]).current('local'))"
    )
    command = [sys.executable, "-c", program, url, ROOT_KEY.public]
    heard = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin"})
    assert heard.stdout.strip() == str(B)


def test_rolling_back_is_a_new_record(url: str) -> None:
    Log(url).append(Pointed("local", A), GATE, GATE_KEY, NOW)
    assert verified(url).current("local") == A
    assert len(records(url)) == 7


def test_a_revoked_release_does_not_run(url: str) -> None:
    Log(url).append(Revoked(B, "it leaks"), GATE, GATE_KEY, NOW)
    with pytest.raises(Refused, match="it leaks"):
        verified(url).current("local")


@pytest.mark.parametrize("number", range(5))
def test_a_removed_record_is_named(url: str, number: int) -> None:
    records(url)[number].unlink()
    with pytest.raises(Corrupt, match=f"record {number} of the log is missing"):
        verified(url)


def test_a_removed_last_record_is_missed_by_who_has_seen_it(url: str) -> None:
    seen = verified(url).head
    records(url)[5].unlink()
    assert verified(url).current("local") == A
    with pytest.raises(Corrupt, match="record 5 of the log is missing"):
        verified(url, seen)


def test_another_last_record_is_told_by_who_has_seen_the_first(url: str) -> None:
    seen = verified(url).head
    records(url)[5].unlink()
    Log(url).append(Pointed("local", A), GATE, GATE_KEY, NOW)
    with pytest.raises(Corrupt, match="record 5 of the log is not the one that was seen"):
        verified(url, seen)


@pytest.mark.parametrize("number", range(6))
def test_a_changed_byte_anywhere_is_named(url: str, number: int) -> None:
    path = records(url)[number]
    content = bytearray(path.read_bytes())
    for place in range(0, len(content), 7):
        content[place] ^= 1
        path.write_bytes(content)
        with pytest.raises(Corrupt, match=f"record {number} of the log"):
            verified(url)
        content[place] ^= 1


def test_reordered_records_are_named(url: str) -> None:
    first, second = records(url)[2], records(url)[4]
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)
    with pytest.raises(Corrupt, match="record 2 of the log is not the one that was written there: it is record 4"):
        verified(url)


def test_an_exchanged_record_is_told_by_the_one_after(url: str, tmp_path: Path) -> None:
    """Even the gate's own key cannot rewrite the past."""
    shutil.copytree(url, tmp_path / "other")
    for path in records(str(tmp_path / "other"))[4:]:
        path.unlink()
    Log(str(tmp_path / "other")).append(Released(A, A, PLAN, "mallory"), GATE, GATE_KEY, NOW)
    shutil.copy(records(str(tmp_path / "other"))[4], records(url)[4])
    with pytest.raises(Corrupt, match="record 4 of the log is not the one that record 5 follows"):
        verified(url)


def test_an_unsigned_record_is_refused(url: str) -> None:
    path = records(url)[5]
    plain = json.loads(path.read_bytes())
    del plain["signature"]
    path.write_text(json.dumps(plain, sort_keys=True, separators=(",", ":")))
    with pytest.raises(Corrupt, match="record 5 of the log was changed"):
        verified(url)


def test_another_root_is_not_believed(url: str) -> None:
    with pytest.raises(Corrupt, match="record 0 of the log is signed by a key that this environment does not trust"):
        Log(url).verify(SigningKey.generate().public)


@pytest.mark.parametrize(
    ("body", "signer"),
    [
        pytest.param(Pointed("local", A), GATE, id="a pointer by a stranger"),
        pytest.param(Delegated(PERSON_KEY.public), ROOT, id="a gate's key by a stranger"),
        pytest.param(Approved(PLAN, "dora", ("steward",)), "tomas", id="an approval for somebody else"),
        pytest.param(Approved(PLAN, "dora", ("steward",)), GATE, id="an approval as the gate"),
    ],
)
def test_a_record_needs_the_key_that_may_sign_it(url: str, body: Pointed | Delegated | Approved, signer: str) -> None:
    Log(url).append(body, signer, PERSON_KEY, NOW)
    with pytest.raises(Corrupt, match="record 6 of the log is signed by a key"):
        verified(url)


def test_a_gate_whose_key_was_exchanged_signs_no_longer(url: str) -> None:
    new = SigningKey.generate()
    Log(url).append(Delegated(new.public), ROOT, ROOT_KEY, NOW)
    Log(url).append(Pointed("local", A), GATE, new, NOW)
    assert verified(url).gate_key == new.public
    Log(url).append(Pointed("local", B), GATE, GATE_KEY, NOW)
    with pytest.raises(Corrupt, match="record 8"):
        verified(url)


def test_of_two_who_follow_the_same_record_one_is_told_to_look_again(url: str) -> None:
    head = verified(url).head
    Log(url).append(Pointed("local", A), GATE, GATE_KEY, NOW, after=head)
    with pytest.raises(Busy):
        Log(url).append(Pointed("local", B), GATE, GATE_KEY, NOW, after=head)
    assert verified(url).current("local") == A


def test_an_empty_log_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        verified(str(tmp_path / "store"))


def test_a_private_key_is_read_by_its_owner_only(tmp_path: Path) -> None:
    key = kept_key(tmp_path / "keys" / "nadia.key")
    path = tmp_path / "keys" / "nadia.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(path) == key
    assert key.public == (tmp_path / "keys" / "nadia.pub").read_text().strip()
    assert path.read_text().strip() not in repr(key)
    path.chmod(0o644)
    with pytest.raises(Refused, match="others can read"):
        load_key(path)
    path.chmod(0o600)
    path.write_text("not a key")
    with pytest.raises(Refused):
        load_key(path)
    with pytest.raises(MeshError):
        load_key(tmp_path / "nobody.key")


def test_a_signature_holds_for_the_very_bytes_and_the_very_key() -> None:
    signature = GATE_KEY.sign(b"content")
    assert verify(GATE_KEY.public, signature, b"content")
    assert not verify(GATE_KEY.public, signature, b"contents")
    assert not verify(ROOT_KEY.public, signature, b"content")
    assert not verify("no key", signature, b"content")


def test_many_who_write_at_once_make_one_unbroken_log(url: str) -> None:
    def write(_: int) -> None:
        Log(url).append(Pointed("local", A), GATE, GATE_KEY, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    assert len(verified(url).entries) == 18
