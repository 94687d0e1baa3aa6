"""Steps of a plan: what submit, release and deploy will do, and Airflow then, each in a phrase with its reason."""

from collections.abc import Iterable, Iterator
from typing import Any

from meshwright.cli.console import progress
from meshwright.cli.views.plan_outlook import count, folded, named
from meshwright.gate.plan import DagChanges
from meshwright.model.naming import dag_id
from meshwright.release.cut import Release
from meshwright.release.entry import Pointed, Released, Submitted
from meshwright.workspace.explanation import Stage
from meshwright.workspace.steps import Activate, Ask, Keep, Record, Rehearse, Step, Verify

_HEADINGS = {
    "submit": "What `mesh submit` does",
    "approve": "Whom it waits for",
    "release": "What `mesh release` does",
    "deploy": "What `mesh deploy` does",
    "rollback": "How `mesh rollback` takes it back",
}


def explained(stages: Iterable[Stage], dags: DagChanges) -> Iterator[tuple[str, list[str]]]:
    """Yield the headings and phrases of what is done, in its order; nothing where nothing is."""
    for stage in stages:
        yield _HEADINGS[stage.verb], [step_text(s) for s in stage.steps]
        lines = folded([*_dags(dags)])
        if stage.verb == "deploy" and lines:
            yield "What Airflow does then", lines


def step_text(step: Step) -> str:
    """Say a step, and what it is for, in one phrase."""
    match step:
        case Keep(release=release):
            return f"puts release {release.digest.short} into the store: {_files(release)}"
        case Record(body=body):
            return _record_text(body)
        case Ask(need=need):
            who = " or ".join(f"`{p}`" for p in need.people) or "nobody who is known"
            return f"{who} as {need.role}: {'; '.join(need.reasons)}"
        case Verify(release=digest):
            return f"holds every byte of release {digest.short} against its digest"
        case Rehearse(before=before):
            which = "all DAGs" if before is None else f"the DAGs that are not as in release {before.short}"
            return f"rehearses: where Airflow is installed, it builds {which}, and refuses what cannot be built"
        case Activate(release=digest):
            return f"lets the promises of release {digest.short} count"


def tell_step(step: Step) -> None:
    """Say on stderr which step is taken now, in the words in which it was explained."""
    progress(step_text(step))


def _record_text(body: Submitted | Released | Pointed) -> str:
    match body:
        case Submitted():
            return f"appends to the log that `{body.author}` submits plan {body.plan.short}"
        case Released():
            follows = "the first" if body.base is None else f"which follows {body.base.short}"
            return f"appends to the log that plan {body.plan.short} is release {body.release.short}, {follows}"
        case Pointed():
            return f"moves the pointer: appends to the log that `{body.environment}` runs release {body.release.short}"


def steps_plain(stages: Iterable[Stage]) -> list[dict[str, Any]]:
    """Return the steps in their documented JSON shape."""
    return [
        {"verb": stage.verb, "step": type(step).__name__, "description": step_text(step), "names": _names(step)}
        for stage in stages
        for step in stage.steps
    ]


def _names(step: Step) -> list[str]:
    match step:
        case Keep(release=release):
            return sorted(release.files)
        case Ask(need=need):
            return list(need.people)
        case _:
            return []


def _files(release: Release) -> str:
    """Say which files it has that the release before has not."""
    kinds = (("record", "products/", ".json"), ("shard", "shards/", ".jsonl"))
    parts = ["its root", "its mesh"]
    for noun, folder, end in kinds:
        found = [n.removeprefix(folder).removesuffix(end) for n in sorted(release.files) if n.startswith(folder)]
        if found:
            parts.append(f"{count(len(found), f'new {noun}')} ({named(found)})")
    return ", ".join(parts)


def _dags(dags: DagChanges) -> Iterator[str]:
    yield from (f"DAG `{dag_id(p)}` appears" for p in dags.new)
    yield from (f"DAG `{dag_id(p)}` changes" for p in dags.changed)
    yield from (f"DAG `{dag_id(p)}` starts no more runs" for p in dags.retired)
