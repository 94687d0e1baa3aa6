"""mesh explain: what does a diagnostic's code mean? The sections of docs/diagnostics.md, whose examples are tests."""

import re
from collections.abc import Iterator

import click

from meshwright.cli.console import print_json, print_table
from meshwright.model.errors import NotFound
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value
from meshwright.workspace.shipped import shipped

_SECTION = re.compile(r"^### (?P<code>MW\d{4}): (?P<meaning>.+)\n(?P<text>(?:(?!#{2,3} ).*\n?)*)", re.MULTILINE)
_SHOWN = re.compile(r"^```console\n(?P<severity>error|warning)\[", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(#[^)]*\)")


@value
class Explanation:
    """One code, what it means, and a section of Markdown: an example, what is said of it, what mends it."""

    code: str
    meaning: str
    text: str

    @property
    def severity(self) -> str:
        """`error` or `warning`; empty for what no file can cause."""
        shown = _SHOWN.search(self.text)
        return shown["severity"] if shown else ""

    @property
    def readable(self) -> str:
        """The section without Markdown, as a terminal shows it, without colour."""
        return click.unstyle("\n".join(_lines(self.text)))


@click.command("explain")
@click.argument("code", required=False)
@click.option("--format", "output", type=click.Choice(("text", "json")), default="text", help="How to print.")
def command(code: str | None, output: str) -> None:
    """Say what a diagnostic's code means, with an example and what mends it; without CODE, list all codes."""
    known = explanations()
    if code is None:
        if output == "json":
            print_json([_plain(e) for e in known.values()])
        else:
            print_table(
                ("CODE", "SEVERITY", "WHAT IS WRONG"), [(e.code, e.severity, e.meaning) for e in known.values()]
            )
        return
    found = known.get(code.upper())
    if found is None:
        hint = did_you_mean(code.upper(), known, otherwise="`mesh explain` lists all codes")
        raise NotFound(f"there is no code `{code}`", hint=hint)
    if output == "json":
        print_json(_plain(found))
    else:
        click.echo(_readable(found))


def explanations() -> dict[str, Explanation]:
    """Return what the page that came with the package says of each code, in the order of the codes."""
    page = (shipped("docs") / "diagnostics.md").read_text()
    sections = (Explanation(s["code"], s["meaning"], s["text"].strip()) for s in _SECTION.finditer(page))
    return {section.code: section for section in sections}


def _plain(explanation: Explanation) -> dict[str, str]:
    return {
        "code": explanation.code,
        "severity": explanation.severity,
        "meaning": explanation.meaning,
        "text": explanation.text,
    }


def _readable(explanation: Explanation) -> str:
    head = " ".join(filter(None, (explanation.severity, explanation.code)))
    return "\n".join([f"{click.style(head, bold=True)}: {explanation.meaning}", "", *_lines(explanation.text)])


def _lines(markdown: str) -> Iterator[str]:
    """Yield the lines of a section as a terminal shows them: what is in fences has a head, diffs are coloured."""
    fence, head = "", "a change"
    for line in markdown.splitlines():
        if line.startswith("```"):
            fence = "" if fence else line.removeprefix("```")
            if fence == "console":
                head = "mesh says"
            if fence:
                yield click.style(f"{head}:", bold=True)
                head = "what mends it"
        elif not fence:
            yield _LINK.sub(r"\1", line)
        else:
            colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1]) if fence == "diff" else None
            yield f"    {click.style(line, fg=colour)}" if line else ""
