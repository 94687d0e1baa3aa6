"""From nothing to what consumers read: a mesh, a domain and a product of files, by a script that answers the questions.

The script is a person at a terminal: `mesh new product` asks, it types. Each command is a process of its own. A file of
a thousand rows lies where the new product looks for it: what is published is real. Wall seconds are told beside, for
they are what a person waits for; on a busy machine they say more of the machine.
"""

import json
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.commands import MESH
from bench.harness import INSTALLED, Figure, cpu_seconds

ROUNDS = int(os.environ.get("ROUNDS", "5"))
ROWS = 1000
ANSWERS = (
    "files",
    "One row per order.",
    "",  # the port is called as the product is
    "",  # and the connection after the domain
    "csv",
    "1d",
    "orders/{start:%Y-%m-%d}.csv",
    "order_id, ordered_at:timestamp, amount:number",
    "",
)
DAY = "2026-11-02"


def figures() -> list[Figure]:
    rounds = [_round() for _ in range(ROUNDS + 1)][1:]
    print(f"  (wall, cpu) {[(round(wall, 2), round(cpu, 2)) for wall, cpu in rounds]}", file=sys.stderr)
    cpu = statistics.median(cpu for _, cpu in rounds)
    steps = "mesh new mesh, domain, product; validate; run; query"
    return [Figure("mesh new to first publish", cpu, "cpu s", 10, steps)]


def _round() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _drop(folder / "drop/orders")
        variables = {"MESH_CONN_SHOP_FILES": (folder / "drop").as_uri(), "MESH_UNTIL": "2026-11-03T00:00:00Z"}
        start, before = time.perf_counter(), cpu_seconds()
        _command(folder, "new", "mesh", "corner")
        mesh = folder / "corner"
        _command(mesh, "new", "domain", "shop")
        _answer(mesh, "new", "product", "shop.orders")
        _command(mesh, "validate")
        _command(mesh, "run", "shop.orders", "--interval", f"{DAY}/2026-11-03", **variables)
        said = _command(mesh, "query", "SELECT count(*) AS rows FROM shop.orders.orders", "--format", "json")
        taken = time.perf_counter() - start, cpu_seconds() - before
    if json.loads(said) != [{"rows": ROWS}]:
        raise RuntimeError(said)
    return taken


def _drop(folder: Path) -> None:
    folder.mkdir(parents=True)
    lines = (f"order-{n},{DAY}T08:00:00Z,{n / 4}\n" for n in range(ROWS))
    (folder / f"{DAY}.csv").write_text("order_id,ordered_at,amount\n" + "".join(lines))


def _command(folder: Path, *words: str, **variables: str) -> str:
    done = subprocess.run(
        [MESH, *words], cwd=folder, capture_output=True, text=True, check=False, env=INSTALLED | variables
    )
    if done.returncode:
        raise RuntimeError(f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def _answer(folder: Path, *words: str) -> None:
    """Run a command on a terminal, and type an answer to each of its questions."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [MESH, *words], cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env=INSTALLED
    ) as process:
        os.close(theirs)
        os.write(ours, "".join(f"{answer}\n" for answer in ANSWERS).encode())
        shown = b"".join(_until_the_end(ours))
    os.close(ours)
    if process.returncode:
        raise RuntimeError(shown.decode())


def _until_the_end(terminal: int) -> Iterator[bytes]:
    while select.select([terminal], [], [], 60)[0]:
        try:
            yield os.read(terminal, 4096)
        except OSError:  # how a terminal says that nobody is at its other end
            return
