"""Published implementations that no package index has: fetched by commit into .goldens/authors, and imported from there."""

import ast
import importlib
import io
import subprocess
import sys
import tarfile
from pathlib import Path
from types import ModuleType

import numpy as np

from common import ROOT, by_torch


def cloned(repository: str) -> Path:
    """Where a GitHub repository lies, with its history; it is fetched the first time."""
    home = ROOT / ".goldens" / "authors" / repository.replace("/", "+")
    if not home.exists():
        subprocess.run(["git", "clone", "--quiet", f"https://github.com/{repository}", str(home)], check=True)
    return home


def authors_package(repository: str, commit: str, package: str) -> ModuleType:
    """A package at the root of a GitHub repository, whose files import one another by its name."""
    there = ROOT / ".goldens" / "authors" / f"{repository.replace('/', '+')}@{commit}"
    if not there.exists():
        packed = subprocess.run(["git", "-C", str(cloned(repository)), "archive", commit, package], check=True, capture_output=True).stdout
        tarfile.open(fileobj=io.BytesIO(packed)).extractall(there, filter="data")
    sys.path.insert(0, str(there))
    try:
        return importlib.import_module(package)
    finally:
        sys.path.remove(str(there))


def authors(repository: str, commit: str, file: str) -> ModuleType:
    """One file of a GitHub repository as a module, without those parts that need modules which are absent."""
    home = cloned(repository)
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
