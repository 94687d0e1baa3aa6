"""Scenes: small meshes written as `report < clean other?`, and what each product has delivered, in hours ago."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from meshwright.graph.build import build
from meshwright.graph.graph import MeshGraph
from meshwright.model.address import PortAddress, ProductAddress
from meshwright.model.contract import Contract
from meshwright.model.incident import Incident
from meshwright.model.mesh import Mesh, Person
from meshwright.model.observation import ChecksRan, Failure, Landing, Overrun, PortHistory
from meshwright.model.product import (
    CronSchedule,
    DataProduct,
    InputPort,
    InputsSchedule,
    Member,
    OutputPort,
    OutputTable,
    ProductType,
    PublishMode,
    SupportChannel,
)
from meshwright.model.ratio import Ratio
from meshwright.model.slo import Freshness, Quality, Slo, SloStatus
from meshwright.model.time import Watermark
from meshwright.oncall.decide import Decision, Incidents, decide
from meshwright.oncall.evidence import Evidence
from meshwright.slo.evaluate import evaluate

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FRESH = Freshness(timedelta(hours=2), Ratio.parse("99%"))
GOOD = Quality(Ratio.parse("99%"))

Landings = tuple[tuple[float, float], ...]
"""When each landed, and its watermark, in hours ago."""


def ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def address(name: str) -> ProductAddress:
    return ProductAddress("d", name)


def port(name: str) -> PortAddress:
    return address(name).port("out", 1)


@dataclass(frozen=True)
class Scene:
    """A mesh and its facts. Every product promises `slos` (else two hours of freshness), and is built by `clock`."""

    mesh: tuple[str, ...]
    landings: Mapping[str, Landings]
    failures: Mapping[str, Failure] = field(default_factory=dict)
    checks: Mapping[str, tuple[ChecksRan, ...]] = field(default_factory=dict)
    slos: Mapping[str, tuple[Slo, ...]] = field(default_factory=dict)
    clock: CronSchedule | None = None
    overruns: Mapping[str, Overrun] = field(default_factory=dict)

    @property
    def graph(self) -> MeshGraph:
        people = (Person("nadia", "Nadia", "nadia@example.org"), Person("tomas", "Tomas", "tomas@example.org"))
        words = [line.replace("<", " ").split() for line in self.mesh]
        return build(Mesh("m", tuple(self._product(name, reads) for name, *reads in words), people=people), {})

    def evidence(self) -> Evidence:
        return Evidence(self.graph, {port(line.split()[0]): self._history(line.split()[0]) for line in self.mesh})

    def statuses(self, now: datetime = NOW) -> tuple[SloStatus, ...]:
        evidence = self.evidence()
        ports = [(p.port_address(o), o) for p in evidence.graph.mesh.products for o in p.outputs]
        return tuple(evaluate(slo, evidence.histories[a], now, self.clock) for a, o in ports for slo in o.slos)

    def decide(self, known: tuple[Incident, ...] = (), now: datetime = NOW, ended: str = "") -> Decision:
        incidents = Incidents(known, {address(ended): 1} if ended else {})
        return decide("local", self.evidence(), self.statuses(now), incidents, now)

    def _history(self, name: str) -> PortHistory:
        landings = tuple(Landing(ago(at), Watermark(ago(mark))) for at, mark in self.landings.get(name, ()))
        facts = (landings, self.checks.get(name, ()), self.failures.get(name), self.overruns.get(name))
        return PortHistory(port(name), ago(1000), *facts)

    def _product(self, name: str, reads: list[str]) -> DataProduct:
        inputs = tuple(InputPort(r.rstrip("?"), port=port(r.rstrip("?")), required=not r.endswith("?")) for r in reads)
        slos = self.slos.get(name, (FRESH,))
        output = OutputPort("out", "1.0.0", (OutputTable(Contract("out", ()), PublishMode.REPLACE),), slos=slos)
        owner = "tomas" if name.startswith("r") else "nadia"
        return DataProduct(
            address(name), ProductType.AGGREGATE, name, InputsSchedule(), inputs, (output,),
            team=(Member(owner, "productOwner"),), support=(SupportChannel(f"#team-{name}", "slack"),),
        )  # fmt: skip


def failure(name: str, hours: float, reason: str = "it broke", *, waiting: bool = False) -> Failure:
    return Failure(address(name), ago(hours), "stage", reason, waiting=waiting)


def later(scene: Scene, **landings: Landings) -> Scene:
    """The same scene after more has landed; a publish ends a failure, and makes up for an overrun."""
    return replace(
        scene,
        landings={**scene.landings, **{n: (*scene.landings.get(n, ()), *new) for n, new in landings.items()}},
        failures={n: f for n, f in scene.failures.items() if n not in landings},
        overruns={n: o for n, o in scene.overruns.items() if n not in landings},
    )
