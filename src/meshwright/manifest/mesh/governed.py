"""Governed: can what a domain or the mesh says for all of its products be meant?"""

from meshwright.manifest.codes import Code
from meshwright.manifest.product.declared import Declared, check_purpose, check_team
from meshwright.manifest.product.schedule import consistent
from meshwright.manifest.shapes.organisation import Governed
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.model.policy import PolicyName
from meshwright.model.spelling import did_you_mean


def check_governed(says: Governed, place: Place, declared: Declared, problems: Problems) -> None:
    """Say what contradicts itself, and what is named that does not exist."""
    if says.team is not None:
        check_team(says.team, place["team"], declared, problems)
    if says.purpose is not None:
        check_purpose(says.purpose, place["purpose"], declared, problems)
    if says.schedule is not None:
        consistent(says.schedule, place["schedule"], problems)
    known = tuple(PolicyName)
    for name in says.policies:
        if name not in known:
            hint = did_you_mean(name, known, otherwise=f"there are {', '.join(f'`{n}`' for n in known)}")
            problems.error(Code.UNDECLARED, place["policies"][name].at_key, f"there is no policy `{name}`", hint)
