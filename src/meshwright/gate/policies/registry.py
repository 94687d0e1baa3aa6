"""Registry: which policies are there? Those that are built in, and those that installed packages bring along.

A package names its policies as entry points of the group `meshwright.policies`. One of them is asked for, and loaded,
where mesh.yaml or a domain.yaml names it: what judges a mesh is what the mesh says, on whatever machine. One that is
named and not there, or that cannot be loaded, is an error by its name.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from meshwright.gate.policies.built_in import (
    affordable,
    bounded,
    checked,
    classified,
    collective,
    documented,
    downstream,
    explained,
    feasible,
    keyed,
    ledgered,
    named,
    narrow,
    owned,
    paced,
    promised,
    protected,
    purposed,
    realistic,
    recognised,
    resident,
    retained,
    retired,
    sampled,
    sourced,
    staffed,
    stewarded,
    supported,
    tagged,
    termed,
    used,
)
from meshwright.gate.policies.policy import Policy
from meshwright.model.address import NAME
from meshwright.model.errors import NotFound, Refused
from meshwright.model.spelling import did_you_mean

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

GROUP = "meshwright.policies"

POLICIES: Mapping[str, Policy[Any]] = {
    module.POLICY.name: module.POLICY
    for module in (
        owned,
        documented,
        classified,
        feasible,
        staffed,
        supported,
        collective,
        purposed,
        named,
        explained,
        keyed,
        recognised,
        protected,
        stewarded,
        promised,
        realistic,
        checked,
        paced,
        narrow,
        sampled,
        used,
        tagged,
        sourced,
        downstream,
        ledgered,
        termed,
        bounded,
        retired,
        affordable,
        resident,
        retained,
    )
}
"""Those that are built in, in the order of their codes."""

_CODE = re.compile(r"(?!MW)[A-Z][A-Z0-9]*-[0-9]+")


def policy_named(name: str) -> Policy[Any]:
    """Return the policy of that name. Raises `NotFound`, and `Refused` for one of a package that cannot be used."""
    return POLICIES.get(name) or _of_package(name)


def of_packages() -> Iterator[Policy[Any]]:
    """Yield the policies that installed packages bring along, in the order of their names.

    One that cannot be used is left out, and hides no other: it is told where somebody names it.
    """
    for name in sorted(_points().names):
        if name not in POLICIES:
            with suppress(Refused):
                yield _of_package(name)


def shadowed() -> tuple[tuple[str, str], ...]:
    """Return the policies of packages that are called like a built-in one, which counts; each with its package."""
    points = _points()
    return tuple(sorted((point.name, _package(point)) for point in points if point.name in POLICIES))


def _points() -> "EntryPoints":
    """Return what the installed packages name as policies."""
    from importlib.metadata import entry_points  # reads mail for it, and few meshes name a policy of a package

    return entry_points(group=GROUP)


@cache
def _of_package(name: str) -> Policy[Any]:
    found = _points()
    named = [point for point in found if point.name == name]
    if not named:
        hint = did_you_mean(name, (*POLICIES, *found.names), otherwise="`mesh policy list` shows all policies")
        raise NotFound(f"there is no policy `{name}`", hint=hint)
    packages = sorted({_package(point) for point in named})
    if len(packages) > 1:
        raise Refused(f"the packages {' and '.join(packages)} both bring a policy `{name}`", hint="remove one of them")
    return _loaded(named[0])


def _loaded(point: "EntryPoint") -> Policy[Any]:
    package = _package(point)
    try:
        loaded = point.load()
    except Exception as error:
        message = f"the policy `{point.name}` of the package {package} cannot be loaded: {_said(error)}"
        raise Refused(message, hint="mend the package, or install another version of it") from error
    wrong = _mistake(point.name, loaded)
    if wrong:
        message = f"the policy `{point.name}` of the package {package} cannot be used: {wrong}"
        raise Refused(message, hint="mend the package, or install another version of it")
    return replace(loaded, package=package)


def _mistake(name: str, loaded: object) -> str:
    match loaded:
        case Policy(name=other) if other != name or not NAME.fullmatch(name):
            return f"it calls itself `{other}`"
        case Policy(code=code) if not _CODE.fullmatch(code):
            return f"its code is `{code}`, and should be like `ACME-1`"
        case Policy():
            return ""
    return f"it is no `meshwright.gate.policies.policy.Policy`, but {type(loaded).__name__}"


def _package(point: "EntryPoint") -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else "of nobody"


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
