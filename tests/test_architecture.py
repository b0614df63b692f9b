"""The house as docs/architecture.md draws it: who may import whom, sizes, names."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "lehr"
FILES = sorted(PACKAGE.rglob("*.py"))
PURE = {
    "_typing",
    "_checks",
    "schedules",
    "controllers",
    "plan",
    "replanning",
    "dialects",
}
LAZY = {"_numerics"}
JUNK_DRAWERS = {"common", "handler", "helpers", "manager", "misc", "util", "utils"}
ROW = re.compile(r"^\| (?P<parts>`.*?) \| (?P<may>.*) \|$", re.MULTILINE)
SUPPRESSION = re.compile(
    r"#\s*(?:noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[^]]*\])?"
    r"|pragma:\s*no \w+)(?P<reason>.*)$"
)


EXCEPTION = re.compile(r"; and `(\w+)` inside `(\w+)`")


def allowed_imports(page: str) -> dict[str, set[str]]:
    """Read the table of allowed imports: part -> the parts that it may import."""
    allowed: dict[str, set[str]] = {}
    everyones: set[str] = set()
    for row in ROW.finditer(page):
        may = set(re.findall(r"`(\w+)`", EXCEPTION.sub("", row["may"])))
        if row["may"] == "all above":
            may = set(allowed)
        if "every part may import it" in row["may"]:
            everyones |= set(re.findall(r"`(\w+)`", row["parts"]))
        for part in re.findall(r"`(\w+)`", row["parts"]):
            allowed[part] = may
    return {part: may | (everyones - {part}) for part, may in allowed.items()}


def exceptions(page: str) -> set[tuple[str, str, str]]:
    """Read what the table allows inside one function: part, other part, function."""
    return {
        (part, *found.groups())
        for row in ROW.finditer(page)
        for found in EXCEPTION.finditer(row["may"])
        for part in re.findall(r"`(\w+)`", row["parts"])
    }


PAGE = (ROOT / "docs" / "architecture.md").read_text()
ALLOWED = allowed_imports(PAGE)
EXCEPTIONS = exceptions(PAGE)


def part_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST, path: Path) -> Iterator[tuple[str, ast.AST]]:
    """Yield every absolute module name that a file imports, wherever it does so."""
    package = ["lehr", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from lehr import plan` imports a part by its name.
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from ((name, node) for name in (names if base == "lehr" else [base]))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "__import__")
        ):
            match node.args:
                case [ast.Constant(value=str(name)), *_]:
                    yield name, node


def never_run(tree: ast.AST) -> set[ast.AST]:
    """Return what stands under `if TYPE_CHECKING:`."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in node.body
        for inner in ast.walk(child)
    }


def inside_functions(tree: ast.AST) -> set[ast.AST]:
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    found = (node for node in ast.walk(tree) if isinstance(node, functions))
    return {inner for function in found for inner in ast.walk(function)}


def inside_function(name: str, tree: ast.AST) -> set[ast.AST]:
    """Return what stands in the functions of one name."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == name
        for inner in ast.walk(node)
    }


each_file = pytest.mark.parametrize(
    "path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix()
)


def test_the_table_names_every_part_and_no_other():
    parts = {part_of(path) for path in FILES} - {"__init__", "__main__"}
    assert parts <= set(ALLOWED), "a part without a row"
    assert set(ALLOWED) <= parts, "a row without a part"


def test_the_table_points_down_only():
    order = list(ALLOWED)
    for part, may in ALLOWED.items():
        assert all(order.index(other) < order.index(part) for other in may), part


@each_file
def test_imports_only_point_down(path):
    part = part_of(path)
    if part in {"__init__", "__main__"}:
        return  # the public names stand above all parts
    tree = ast.parse(path.read_text())
    excepted = {
        (other, node)
        for here, other, function in EXCEPTIONS
        if here == part
        for node in inside_function(function, tree)
    }
    for name, node in imported(tree, path):
        package, _, rest = name.partition(".")
        other = rest.split(".")[0]
        if (
            package == "lehr"
            and rest != "__version__"
            and (other, node) not in excepted
        ):
            assert other in {part, *ALLOWED[part]}, f"{path}:{node.lineno} {name}"


def test_one_import_alone_points_up():
    assert {("schedules", "plotting", "_repr_svg_")} == EXCEPTIONS
    users = [
        path.name
        for path in FILES
        if part_of(path) == "schedules" and "lehr.plotting" in path.read_text()
    ]
    assert users == ["base.py"]


@each_file
def test_pure_parts_import_the_standard_library_only(path):
    part = part_of(path)
    if part not in PURE | LAZY:
        return
    tree = ast.parse(path.read_text())
    exempt = never_run(tree) | (inside_functions(tree) if part in LAZY else set())
    for name, node in imported(tree, path):
        first = name.split(".")[0]
        known = first == "lehr" or first in sys.stdlib_module_names
        # `_numerics/numpy.py` is itself imported late: it may import NumPy on top.
        known |= part in LAZY and first == path.stem
        assert known or node in exempt, f"{path}:{node.lineno} {name}"


@each_file
def test_a_file_has_one_subject(path):
    first, *others = path.read_text().splitlines() or [""]
    size = 1 + len(others)
    assert size <= 300, "two subjects"
    assert not JUNK_DRAWERS & set(path.relative_to(PACKAGE).with_suffix("").parts)
    assert first.startswith('"""'), "the first line must say what this file is"


@each_file
def test_functions_fit_on_a_screen(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = node.end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= 60, f"{path}:{node.lineno} {node.name} has {lines} lines"


@each_file
def test_a_suppression_says_why(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if found := SUPPRESSION.search(line):
            assert re.search(r"\w{3,}", found["reason"]), f"{path}:{number} {line}"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import lehr.config", "lehr.config"),
        ("from lehr import config", "lehr.config"),
        ("from ..config import read", "lehr.config"),
        ("from .base import Schedule", "lehr.schedules.base"),
        ("def f():\n    from lehr.config import read", "lehr.config"),
        ("if TYPE_CHECKING:\n    from lehr.config import Problem", "lehr.config"),
        ("importlib.import_module('lehr.config')", "lehr.config"),
    ],
)
def test_no_way_to_import_goes_unseen(source, name):
    path = PACKAGE / "schedules" / "some.py"
    assert [found for found, _ in imported(ast.parse(source), path)] == [name]
