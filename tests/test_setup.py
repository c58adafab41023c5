"""Set-up that a newcomer can trust: what is declared is what is used, and what is written is there."""

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import endwise

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "endwise"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements: list[str]) -> dict[str, Requirement]:
    return {normal(one.name): one for one in map(Requirement, requirements)}


def constraints() -> dict[str, str]:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = (line.split("==") for line in lines if line and not line.startswith("#"))
    return {normal(name): version for name, version in pairs}


def imported_modules() -> set[str]:
    """Top-level names that the package's files import, wherever in the file."""
    found: set[str] = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"endwise", "__future__"}


def test_every_import_is_declared_and_every_dependency_is_imported() -> None:
    distributions = importlib.metadata.packages_distributions()
    used = {normal(distributions[name][0]) for name in imported_modules()}
    extras = [
        one for name, ones in PROJECT["optional-dependencies"].items() if name not in ("dev", "docs") for one in ones
    ]
    assert used - set(declared(PROJECT["dependencies"] + extras)) == set()
    assert set(declared(PROJECT["dependencies"])) - used == set()


def test_every_dependency_has_a_tested_version_within_its_range() -> None:
    tested = constraints()
    extras = [one for ones in PROJECT["optional-dependencies"].values() for one in ones]
    for name, requirement in declared(PROJECT["dependencies"] + extras).items():
        assert name in tested, f"{name} has no version in constraints.txt"
        assert tested[name] in requirement.specifier, f"{requirement} against {tested[name]}"


def test_the_installed_package_is_whole() -> None:
    installed = Path(endwise.__file__).parent
    files = [
        path.relative_to(SOURCE) for path in SOURCE.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    ]
    assert [str(file) for file in files if not (installed / file).is_file()] == []
    assert Path("py.typed") in files


def test_the_readme_is_read_in_one_sitting() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_the_file_tree_of_the_readme_is_the_tree() -> None:
    text = (ROOT / "README.md").read_text()
    (tree,) = re.findall(r"^```\n(src/endwise/.*?)^```$", text, re.DOTALL | re.MULTILINE)
    inside = {
        name
        for line in tree.splitlines()
        if line.startswith("  ")
        for name in re.findall(r"^[\w./ ]+?(?=  )", line.strip())
    }
    names = {part.rstrip("/") for entry in inside for part in entry.split()}
    there = {path.name for path in SOURCE.iterdir() if not path.name.startswith("_") and path.name != "py.typed"}
    assert names == there


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_caveat_is_explained_and_nothing_else_is() -> None:
    from endwise.evidence.caveats import TEXTS

    pages = {page.stem: page.read_text() for page in (ROOT / "docs" / "caveats").glob("*.md")}
    index = pages.pop("index")
    assert sorted(pages) == sorted(TEXTS)
    for code, page in pages.items():
        assert page.startswith(f"# {code}\n\n**")
        assert "*What to do:*" in page
        assert f"[`{code}`]({code}.md)" in index


@pytest.mark.parametrize("code", ["import endwise", "import endwise.cli", "import endwise.evidence.verdict"])
def test_light_imports_load_no_torch(code: str) -> None:
    told = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print('torch' in sys.modules)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "False"


HEAVY = ("torch", "numpy", "scipy", "sklearn", "pyarrow", "PIL", "vl_convert")


@pytest.mark.parametrize("code", ["import endwise", "import sys; sys.argv[1:] = ['--help']; endwise.cli.main()"])
def test_the_front_door_opens_without_anything_heavy(code: str) -> None:
    """How long it takes is measured by bench/front_door.py."""
    script = f"import sys, atexit, endwise.cli; atexit.register(lambda: print({{*sys.modules}} & {{*{HEAVY}}})); {code}"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "set()"
