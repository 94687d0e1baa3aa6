"""Template: what does a building block ask before it is written, and what was answered in a file?

A template is a folder: `template.yaml` with its questions, a README, and below `files/` what is written.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field

from meshwright.manifest.codes import Code
from meshwright.manifest.shapes.odcs import Shape
from meshwright.manifest.shapes.shape import shaped
from meshwright.manifest.shapes.values import StrictText, Value
from meshwright.manifest.text.problems import Problems
from meshwright.manifest.text.syntax import read_file
from meshwright.model.diagnostic import Diagnostic
from meshwright.model.errors import NotFound
from meshwright.model.spelling import did_you_mean
from meshwright.model.value import value

TEMPLATE_FILE = "template.yaml"

Kind = Literal["text", "name", "columns", "port"]


class QuestionBlock(Shape):
    """One question."""

    name: StrictText = Field(description="What its answer is called in the files and in other questions' defaults")
    asks: StrictText = Field(description="The question, as a person is asked it")
    kind: Kind = Field(default="text", description="How an answer is read")
    choices: list[StrictText] = Field(default_factory=list, description="The only answers that there are")
    default: Value | None = Field(default=None, description="The answer of who gives none, made of earlier answers")


class TemplateDocument(Shape):
    """A building block."""

    description: StrictText = Field(description="What it makes")
    questions: list[QuestionBlock] = Field(description="What it asks, in this order")
    next: list[StrictText] = Field(description="The commands to go on with")


@value
class Question:
    """One question. `default` is text with `{{ earlier }}` answers in it; None where somebody has to answer."""

    name: str
    asks: str
    kind: Kind
    choices: tuple[str, ...]
    default: str | None


@value
class Template:
    """A building block: what it asks, what it writes, and the commands to go on with."""

    name: str
    description: str
    questions: tuple[Question, ...]
    next: tuple[str, ...]
    files: Path


def read_template(folder: Path) -> Template:
    """Read the template in a folder. Raises `NotFound` where none can be read."""
    problems = Problems()
    document = read_file(folder / TEMPLATE_FILE, TEMPLATE_FILE, problems)
    says = None if document is None else shaped(TemplateDocument, document, problems)
    if says is None:
        raise NotFound(f"`{folder.name}` is not a template: {problems.found[0].message}", hint=problems.found[0].hint)
    questions = tuple(Question(q.name, q.asks, q.kind, tuple(q.choices), q.default) for q in says.questions)
    return Template(folder.name, says.description, questions, tuple(says.next), folder / "files")


def read_answers(file: Path, template: Template) -> tuple[Mapping[str, str], tuple[Diagnostic, ...]]:
    """Return the answers in a YAML file, a mapping of names to single values, and what is wrong with it."""
    problems = Problems()
    document = read_file(file, str(file), problems)
    plain = {} if document is None else document.value
    if document is None or not isinstance(plain, dict):
        if document is not None:
            problems.error(Code.TYPE, document.root.at, "the file must be a mapping of questions to answers")
        return {}, problems.found
    names = [q.name for q in template.questions]
    for name, given in plain.items():
        if name not in names:
            message = f"the template `{template.name}` does not ask for `{name}`"
            problems.error(Code.UNKNOWN_KEY, document.root[name].at_key, message, did_you_mean(name, names))
        elif isinstance(given, dict | list):
            problems.error(Code.TYPE, document.root[name].at, f"`{name}` must be a single value")
    return {name: _text(value) for name, value in plain.items()}, problems.found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
