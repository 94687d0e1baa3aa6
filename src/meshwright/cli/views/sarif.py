"""SARIF: diagnostics in the format in which code scanners report, 2.1.0 (OASIS).

Each code is a rule, with its section of docs/diagnostics.md as help. Paths are those of the repository. A fingerprint
holds what was written and not on which line, so that an alert stays the same while lines move.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from meshwright import __version__
from meshwright.cli.explain import Explanation, explanations
from meshwright.model.diagnostic import Diagnostic, Location

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/meshwright/meshwright"
_PAGE = f"{_HOME}/blob/main/docs/diagnostics.md"
_ROOT = "%SRCROOT%"


def sarif(diagnostics: Iterable[Diagnostic], folder: str = "") -> dict[str, Any]:
    """Return the log of one run, as plain JSON. `folder` is that of the mesh in the repository."""
    found = tuple(diagnostics)
    codes = sorted({d.code for d in found})
    known = explanations()
    driver = {
        "name": "meshwright",
        "version": __version__,
        "informationUri": _HOME,
        "rules": [_rule(known[code]) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the root of the repository"}}},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(found, codes, folder)),
    }
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(explanation: Explanation) -> dict[str, Any]:
    return {
        "id": explanation.code,
        "shortDescription": {"text": explanation.meaning},
        "fullDescription": {"text": explanation.meaning},
        "help": {"text": explanation.readable, "markdown": explanation.text},
        "helpUri": f"{_PAGE}#{_anchor(explanation)}",
        "defaultConfiguration": {"level": explanation.severity or "error"},
    }


def _anchor(explanation: Explanation) -> str:
    """Return what GitHub makes of a section's heading."""
    heading = f"{explanation.code}: {explanation.meaning}".lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def _results(diagnostics: tuple[Diagnostic, ...], codes: list[str], folder: str) -> Iterator[dict[str, Any]]:
    rule = {code: index for index, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    for diagnostic in diagnostics:
        fingerprint = _fingerprint(diagnostic)
        seen[fingerprint] += 1
        hint = f"\n\nhint: {diagnostic.hint}" if diagnostic.hint else ""
        yield {
            "ruleId": diagnostic.code,
            "ruleIndex": rule[diagnostic.code],
            "level": diagnostic.severity.value,
            "message": {"text": f"{diagnostic.message}{hint}"},
            "locations": [{"physicalLocation": _place(diagnostic.at, folder)}],
            "partialFingerprints": {"primaryLocationLineHash": f"{fingerprint}:{seen[fingerprint]}"},
        }


def _place(at: Location, folder: str) -> dict[str, Any]:
    end = at.column + max(1, at.width)
    region: dict[str, Any] = {"startLine": at.line, "startColumn": at.column, "endColumn": end}
    place = {"artifactLocation": {"uri": quote(f"{folder}{at.file}"), "uriBaseId": _ROOT}, "region": region}
    if at.text:
        region["snippet"] = {"text": _marked(at)}
        if _marked(at) != at.text:  # a context is more than the region itself
            place["contextRegion"] = {"startLine": at.line, "snippet": {"text": at.text}}
    return place


def _marked(at: Location) -> str:
    return at.text[at.column - 1 : at.column - 1 + at.width]


def _fingerprint(diagnostic: Diagnostic) -> str:
    """Return a digest of what is wrong and where, without lines; of a whole file, of what is said about it."""
    at = diagnostic.at
    written = (at.text.strip(), _marked(at)) if at.text else (diagnostic.message,)
    return hashlib.sha256("\0".join((diagnostic.code, at.file, *written)).encode()).hexdigest()[:16]
