"""Governed: what does a domain or the mesh say for all of its products, and can it be meant?

Whether what is decided of policies can be meant, the gate says (`gate.rulings`): it knows which there are.
"""

import json
from collections.abc import Iterator

from meshwright.manifest.product.declared import Declared, check_person, check_pool, check_purpose, check_team
from meshwright.manifest.product.schedule import consistent
from meshwright.manifest.shapes.organisation import Governed
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.policy import SEVERITY, Decision, Decisions, Setting, Waiver


def check_governed(says: Governed, place: Place, declared: Declared, problems: Problems) -> None:
    """Say what contradicts itself, and what is named that does not exist."""
    if says.team is not None:
        check_team(says.team, place["team"], declared, problems)
    if says.purpose is not None:
        check_purpose(says.purpose, place["purpose"], declared, problems)
    if says.schedule is not None:
        consistent(says.schedule, place["schedule"], problems)
    if says.run is not None and says.run.pool is not None:
        check_pool(says.run.pool, place["run"]["pool"], declared, problems)
    for number, waiver in enumerate(says.waivers):
        check_person(waiver.owner, place["waivers"][number]["owner"], declared, problems)


def waivers(says: Governed, place: Place) -> tuple[Waiver, ...]:
    """Return what is waived."""
    return tuple(
        Waiver(block.policy, block.product, block.reason, block.owner, block.until, place["waivers"][n]["policy"].at)
        for n, block in enumerate(says.waivers)
    )


def decisions(says: Governed, place: Place) -> Decisions:
    """Return what is decided of policies, as it is written."""
    return tuple(
        Decision(name, tuple(_settings(plain, place["policies"][name])), place["policies"][name].at_key)
        for name, plain in sorted(says.policies.items())
    )


def _settings(plain: object, place: Place) -> Iterator[Setting]:
    """Yield each key that is decided; a value alone is a severity."""
    if not isinstance(plain, dict):
        yield Setting(SEVERITY, json.dumps(plain), place.at)
        return
    for key in sorted(plain, key=lambda k: (k != SEVERITY, str(k))):
        yield Setting(str(key), json.dumps(plain[key]), place[key].at, place[key].at_key)
