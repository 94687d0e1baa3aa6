"""Python: can a file of Python be parsed, and has it the function that is called? It is never imported."""

import ast
import warnings

from meshwright.manifest.codes import Code
from meshwright.manifest.text.lines import Text
from meshwright.manifest.text.problems import Problems

FUNCTION = "transform"
"""The function that makes tables: `transform(inputs, interval)`."""

_AS_WRITTEN = f"write `def {FUNCTION}(inputs, interval):`, which returns a table for each port"


def check_python(text: Text, problems: Problems, *, is_called: bool) -> None:
    """Say what is wrong with a file of Python; one that `is_called` has the function."""
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse(text.text)
    except SyntaxError as error:
        line, column = (error.lineno or 1) - 1, (error.offset or 1) - 1
        width = error.end_offset - column - 1 if error.end_offset and error.end_lineno == error.lineno else 1
        problems.error(Code.PYTHON, text.at(line, max(0, column), max(1, width)), f"this is not Python: {error.msg}")
        return
    except (ValueError, RecursionError, MemoryError) as error:
        problems.error(Code.PYTHON, text.start(), f"this is not Python: {error}")
        return
    if is_called:
        _check_function(tree, text, problems)


def _check_function(tree: ast.Module, text: Text, problems: Problems) -> None:
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    function = functions.get(FUNCTION)
    if function is None:
        problems.error(Code.FUNCTION, text.start(), f"the file has no function `{FUNCTION}`", _AS_WRITTEN)
        return
    at = text.at(function.lineno - 1, function.col_offset, None)
    if isinstance(function, ast.AsyncFunctionDef):
        problems.error(Code.FUNCTION, at, f"`{FUNCTION}` is called as a plain function, and is `async`", _AS_WRITTEN)
    elif not _takes_two(function.args):
        problems.error(Code.FUNCTION, at, f"`{FUNCTION}` is called with the inputs and the interval", _AS_WRITTEN)


def _takes_two(arguments: ast.arguments) -> bool:
    placed = len(arguments.posonlyargs) + len(arguments.args)
    needed = placed - len(arguments.defaults)
    named = sum(default is None for default in arguments.kw_defaults)
    return needed <= 2 and named == 0 and (placed >= 2 or arguments.vararg is not None)
