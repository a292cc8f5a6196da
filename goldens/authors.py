"""Published implementations that no package index has: fetched by commit into .goldens/authors, and imported from there."""

import ast
import subprocess
from types import ModuleType

import numpy as np

from common import ROOT, by_torch


def authors(repository: str, commit: str, file: str) -> ModuleType:
    """One file of a GitHub repository as a module, without those parts that need modules which are absent."""
    home = ROOT / ".goldens" / "authors" / repository.replace("/", "+")
    if not home.exists():
        subprocess.run(["git", "clone", "--quiet", f"https://github.com/{repository}", str(home)], check=True)
    source = subprocess.run(["git", "-C", str(home), "show", f"{commit}:{file}"], check=True, capture_output=True, text=True).stdout
    module = ModuleType(file.rsplit("/", 1)[-1].removesuffix(".py"))
    module.np = np  # EXAdam takes it from torch, which no longer has it
    for statement in ast.parse(source).body:
        part = ast.Module([statement], [])
        try:
            exec(compile(part, f"{repository}/{file}", "exec"), module.__dict__)  # the commit is fixed and was read
        except (ImportError, NameError):
            continue
    return module


def by_authors(name: str, repository: str, commit: str, file: str, kind: str, arguments, settings: dict, defaults: dict, said: str = "") -> dict | None:
    """A rule whose source is a class of the paper's authors, of PyTorch's form."""
    source = f"the authors' code (github.com/{repository}, {commit})"
    return by_torch(name, lambda: getattr(authors(repository, commit, file), kind), arguments, settings, defaults, said, source)
