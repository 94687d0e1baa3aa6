"""Structure: is a document as the official schema of its version says, and if not, what was meant?

The verdict is the schema's alone. What is said about it is ours: the deepest cause, at its place, with the fix, and not
what only follows from it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from meshwright.manifest.standards.codes import Code
from meshwright.manifest.standards.keys import Keys, keys, required
from meshwright.manifest.standards.official import VERSIONS, Standard, schema, validator
from meshwright.manifest.standards.violations import Leaf, leaves, sentence
from meshwright.manifest.text.place import Place
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import Document
from meshwright.manifest.text.wording import quoted
from meshwright.model.spelling import closest, did_you_mean
from meshwright.model.value import value

if TYPE_CHECKING:
    from jsonschema_rs import ValidationError

_ELSEWHERE = {
    "isNullable": "write `required: true` where it is never null",
    "isUnique": "write `unique: true`",
    "rule": "the standard calls it `metric` since v3.1.0",
    "username": "name people under `members`",
    "columns": "the standard calls them `properties`",
}
"""What to do about keys that many write."""


def valid_version(document: Document, standard: Standard, problems: Problems) -> str | None:
    """Return the version of a document by whose schema it is valid; None, and the reasons, where there is none."""
    plain = document.value
    if not isinstance(plain, dict):
        message = "the file is empty" if plain is None else "the file must be a mapping of keys to values"
        problems.error(Code.VALUE, document.root.at, message, f"begin with `kind: {standard.kind}`")
        return None
    version = _version(document, standard, problems)
    if version is None:
        return None
    try:
        found = list(validator(standard, version).iter_errors(plain))
    except ValueError:  # not a number, or one of hundreds of digits
        problems.error(Code.VALUE, document.root.at, "the document holds a number that JSON does not have")
        return None
    if not found:
        return version
    if newer := _newer(plain, standard, version):
        _outdated(document, _Case(document, standard, version, Problems()), newer, found, problems)
    else:
        _Case(document, standard, version, problems).explain(found)
    return None


def _version(document: Document, standard: Standard, problems: Problems) -> str | None:
    """Return the version that a document says it is of, where that is one that is read."""
    known = VERSIONS[standard]
    place = document.root["apiVersion"]
    said, newest = document.value.get("apiVersion"), known[-1]
    if document.value.get("kind") not in (standard.kind, None):
        kind = document.root["kind"]
        message = f"a document of {standard.called} is of `kind: {standard.kind}`"
        problems.error(Code.VERSION, kind.at, message, f"write `kind: {standard.kind}`, or choose another file")
    elif said is None:
        message = f"the document does not say which version of {standard.called} it is"
        problems.error(Code.VERSION, document.root.at, message, f"add `apiVersion: {newest}`")
    elif said in known:
        return str(said)
    else:
        older = str(said) < known[0]
        message = f"{standard.called} `{said}` is not read: only {known[0]} to {newest} are"
        hint = "bring it up to a version that is read, then say so" if older else f"write `apiVersion: {newest}`"
        problems.error(Code.VERSION, place.at, message, hint)
    return None


def _newer(plain: dict[str, Any], standard: Standard, version: str) -> str | None:
    later = VERSIONS[standard][VERSIONS[standard].index(version) + 1 :]
    return next((v for v in later if validator(standard, v).is_valid({**plain, "apiVersion": v})), None)


def _outdated(
    document: Document, case: "_Case", newer: str, found: Sequence["ValidationError"], problems: Problems
) -> None:
    """Say that a document is valid, only not as what it says it is."""
    case.explain(found)
    first = case.problems.found[0]
    message = f"the document says it is `{case.version}`, and is valid only as `{newer}`"
    hint = f"write `apiVersion: {newer}`: by `{case.version}`, {first.message} (line {first.at.line})"
    problems.error(Code.VERSION, document.root["apiVersion"].at, message, hint)


@value
class _Case:
    """One document that its schema refuses."""

    document: Document
    standard: Standard
    version: str
    problems: Problems

    def explain(self, errors: Sequence["ValidationError"]) -> None:
        """Say what is wrong: first the keys that do not exist, then those that lack, then values."""
        found = [leaf for error in errors for leaf in leaves(error)]
        plain = [leaf for leaf in found if not leaf.surplus]
        unknown = [name for leaf in found if leaf.surplus for name in self._surplus(leaf, plain)]
        missing: dict[tuple[str | int, ...], list[str]] = defaultdict(list)
        for leaf in plain:
            if leaf.excluding:
                names = required(schema(self.standard, self.version), leaf.schema_path, leaf.excluding)
                at = self._place(leaf.path)[names[-1]].at_key
                self.problems.error(Code.VALUE, at, f"{quoted(names)} exclude each other", "keep one of them")
            elif leaf.alternatives:
                named = f"{quoted(leaf.alternatives[:3], 'or')}{' …' if len(leaf.alternatives) > 3 else ''}"
                message = f"one key of {named} is missing in `{leaf.label}`"
                self.problems.error(Code.MISSING, self._place(leaf.path).at, message, "add one of them")
            elif leaf.missing is None:
                self.problems.error(Code.VALUE, self._place(leaf.path).at, *sentence(leaf))
            elif closest(leaf.missing, unknown) is None:  # a misspelt key is not missing as well
                missing[leaf.path].append(leaf.missing)
        for path, names in missing.items():
            self._missing(path, list(dict.fromkeys(names)))
        if not self.problems.found:  # never silent: what only follows is still better than nothing
            first = errors[0]
            place = self._place(tuple(first.instance_path))
            self.problems.error(Code.VALUE, place.at, f"this is not valid by {self.standard.called} {self.version}")

    def _missing(self, path: tuple[str | int, ...], names: list[str]) -> None:
        label = next((p for p in reversed(path) if isinstance(p, str)), None)
        of = f" in `{label}`" if label else ""
        message = f"{quoted(names)} {'is' if len(names) == 1 else 'are'} missing{of}"
        hint = f"add {', '.join(f'`{name}: …`' for name in names)}"
        self.problems.error(Code.MISSING, self._place(path).at, message, hint)

    def _surplus(self, leaf: Leaf, plain: list[Leaf]) -> Iterator[str]:
        """Report the keys of an element that it cannot have; those that it can, only lost what they belong to."""
        place = self._place(leaf.path)
        known = keys(schema(self.standard, self.version), leaf.schema_path[:-1], leaf.instance)
        strange = [name for name in leaf.surplus if name not in known.here]
        follows = any(other.path[: len(leaf.path)] == leaf.path for other in plain)
        for name in strange:
            if name in known.elsewhere and follows:
                continue
            yield name
            self.problems.error(Code.KEY, place[name].at_key, *_strange(name, known))

    def _place(self, path: tuple[str | int, ...]) -> Place:
        place = self.document.root
        for part in path:
            place = place[part]
        return place


def _strange(name: str, known: Keys) -> tuple[str, str]:
    if name in known.elsewhere:
        conditions = known.elsewhere[name]
        return f"`{name}` has no meaning here", f"it goes with {quoted(conditions[:6], 'or')}"
    hint = _ELSEWHERE.get(name, "") if not closest(name, known.here, likeness=0.8) else ""
    return f"there is no key `{name}` here", hint or did_you_mean(name, known.here)
