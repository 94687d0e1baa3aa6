"""Whatever stands where a manifest should be: `diagnose` answers, soon, and with what a terminal can show."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.fuzz.meshes import SQL, YAML, Target, bounded
from tests.mutants.manifests import end_of, spots

from meshwright.compiler.compilation import diagnose
from meshwright.manifest.text.content import MAX_BYTES

AS_IT_IS = settings(deadline=None, suppress_health_check=list(HealthCheck))
EXAMPLES = [pytest.param(40, id="a few"), pytest.param(2500, id="many", marks=pytest.mark.proof)]
PRODUCT = "domains/marketplace/sales/product.yaml"
KEYS = sorted({spot.key.value for source in YAML for spot in spots(source) if spot.key is not None})

BYTES = st.binary(max_size=60) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass"))
TEXT = st.text(max_size=12) | st.sampled_from(
    ("no", "010", "1:30", "<<", "*a", "&a", "!!x", "", "~", "a: b", "x" * 300)
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.sampled_from(KEYS),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS) | TEXT, inner, max_size=5),
    max_leaves=25,
)


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return Target(tmp_path)


@pytest.mark.parametrize("examples", EXAMPLES)
def test_bytes_typed_into_any_file_or_taken_out_of_it(target: Target, examples: int) -> None:
    @settings(AS_IT_IS, max_examples=examples)
    @given(st.sampled_from((*YAML, *SQL)), st.integers(0, 6000), st.integers(0, 40), BYTES)
    def attempt(source, position: int, cut: int, put: bytes) -> None:
        content = source.text.encode()
        at = position % len(content)
        target.said(source, content[:at] + put + content[at + cut :])

    attempt()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_bytes_instead_of_any_file(target: Target, examples: int) -> None:
    @settings(AS_IT_IS, max_examples=examples)
    @given(st.sampled_from((*YAML, *SQL)), BYTES, st.integers(1, 40))
    def attempt(source, content: bytes, times: int) -> None:
        assert target.said(source, content * times) != ()

    attempt()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_any_structure_instead_of_any_value(target: Target, examples: int) -> None:
    places = [(source, spot) for source in YAML for spot in spots(source)]

    @settings(AS_IT_IS, max_examples=examples)
    @given(st.sampled_from(places), PLAIN)
    def attempt(place, value: object) -> None:
        source, spot = place
        new = f" {json.dumps(value)}"
        text = f"{source.text[: spot.start]}{new}{source.text[end_of(source, spot.node) :]}"
        target.said(source, text.encode("utf-8", "surrogatepass"))

    attempt()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_keys_and_lines_of_one_file_in_another(target: Target, examples: int) -> None:
    lines = [line for source in YAML for line in source.text.splitlines(keepends=True)]

    @settings(AS_IT_IS, max_examples=examples)
    @given(st.sampled_from(YAML), st.integers(0, 300), st.lists(st.sampled_from(lines), max_size=4), st.integers(0, 5))
    def attempt(source, number: int, put: list[str], cut: int) -> None:
        own = source.text.splitlines(keepends=True)
        at = number % len(own)
        target.said(source, "".join([*own[:at], *put, *own[at + cut :]]).encode())

    attempt()


HUGE = {
    "larger than any manifest": b"a: b\n" * (MAX_BYTES // 5 + 1),
    "as large as a manifest may be": b"a: b # " + b"x" * (MAX_BYTES - 8) + b"\n",
    "many keys": b"".join(b"k%d: v\n" % n for n in range(80_000)),
    "many items": b"tags: [" + b"a, " * 300_000 + b"a]\n",
    "a deep one": b"[" * 300_000,
    "a deep one in blocks": b"- " * 300_000,
    "a long number": b"a: " + b"9" * 900_000,
    "a long line": b"a: '" + b"x" * 900_000,
    "zeros": b"\x00" * 900_000,
    "aliases of aliases": b"a: &a [x, x, x, x, x, x, x, x, x]\n"
    + b"".join(b"%c: &%c [%s]\n" % (n, n, b", ".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 120)),
    "an alias of itself": b"a: &a {b: *a}\n",
    "many colons": b":" * 900_000,
    "many quotes": b"'\"" * 450_000,
    "many hyphens": b"---\n" * 200_000,
    "many anchors": b"".join(b"k%d: &a%d x\n" % (n, n) for n in range(50_000)),
    "a template of secrets": b"https://" + b"a:b@" * 200_000,
}


@pytest.mark.parametrize("content", HUGE.values(), ids=list(HUGE))
@pytest.mark.parametrize(
    "file", ["mesh.yaml", "domains/marketplace/domain.yaml", PRODUCT, "domains/marketplace/sales/sales.sql"]
)
def test_what_is_huge_deep_or_winding_is_refused_soon(target: Target, file: str, content: bytes) -> None:
    source = next(s for s in (*YAML, *SQL) if s.file == file)
    assert any(d.at.file == file for d in target.said(source, content))


def odd(path: Path, kind: str) -> None:
    """Put something at a path that is no file."""
    path.unlink()
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "link to itself":
            path.symlink_to(path)
        case "link to nothing":
            path.symlink_to(path.parent / "nothing.yaml")
        case "link to a device":
            path.symlink_to("/dev/zero")
        case "unreadable":
            path.write_text("name: x\n")
            path.chmod(0)


@pytest.mark.parametrize(
    "kind", ["folder", "pipe", "link to itself", "link to nothing", "link to a device", "unreadable"]
)
@pytest.mark.parametrize(
    "file", ["mesh.yaml", "domains/marketplace/domain.yaml", PRODUCT, "domains/marketplace/sales/sales.sql"]
)
def test_what_is_no_file_is_said_to_be_none(target: Target, tmp_path: Path, file: str, kind: str) -> None:
    if kind == "unreadable" and os.geteuid() == 0:
        pytest.skip("root reads everything")
    odd(target.root / file, kind)
    with bounded():
        found = diagnose(target.root, tmp_path / "cache")
    folder = file.rpartition("/")[0]
    assert any(d.at.file == file or d.at.file.startswith(f"{folder}/") for d in found)


def test_a_folder_that_leads_back_to_itself_ends(target: Target, tmp_path: Path) -> None:
    (target.root / "domains" / "marketplace" / "sales" / "again").symlink_to(target.root / "domains")
    (target.root / "domains" / "again").symlink_to(target.root / "domains")
    with bounded():
        assert diagnose(target.root, tmp_path / "cache") != ()
