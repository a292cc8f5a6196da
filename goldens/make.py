"""Writes golden files: all of them, or those of the rules named.

    python goldens/make.py              every file
    python goldens/make.py lion adamw   the goldens of these rules
    python goldens/make.py --check      recomputes and compares with the committed files, writing nothing
"""

import argparse
import importlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Modules whose goldens() makes one file for each rule, and modules that make whole files.
OTHERS = ("privacy", "hutchinson", "events", "metrics", "dialects", "dialect_states", "quasi_newton", "rows", "transforms", "schedules", "initializers", "streams", "products", "regularizers", "rounds", "surfaces")
SHARED = ("authors", "common", "make", "read_safetensors", "safetensors_fixtures")
FAMILIES = sorted(file.stem for file in HERE.glob("*.py") if file.stem not in OTHERS + SHARED)

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("rules", nargs="*", help="names of rules, as they are exported")
parser.add_argument("--check", action="store_true")
arguments = parser.parse_args()

from common import ONLY, ROOT, dump, same  # noqa: E402  (after the arguments: it imports torch and jax)

ONLY |= set(arguments.rules)
modules = FAMILIES if ONLY else [*FAMILIES, *OTHERS]
if ONLY:  # a family that does not name the rule need not run
    modules = [name for name in modules if any(f'"{rule}"' in (HERE / f"{name}.py").read_text() for rule in ONLY)]

files: dict[str, str | bytes] = {}
agrees = {}  # how to compare a file, where not by the last digits of a float64
for name in modules:
    module = importlib.import_module(name)
    found = module.goldens()
    agrees |= {path: module.agrees for path in found if hasattr(module, "agrees")}
    files |= {path: dump(value) for path, value in found.items() if value is not None}
if not ONLY:
    import safetensors_fixtures

    files |= safetensors_fixtures.fixtures()

missing = ONLY - {Path(path).stem for path in files}
if missing:
    sys.exit(f"No golden is called {', '.join(sorted(missing))}. Add a line to goldens() in goldens/<family>.py; families: {', '.join(FAMILIES)}.")

stale = 0
for path, content in files.items():
    file = ROOT / path
    data = content if isinstance(content, bytes) else content.encode()
    if not arguments.check:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        continue
    old = file.read_bytes() if file.exists() else b""
    if old != data and not (old and path.endswith(".json") and agrees.get(path, same)(json.loads(old), json.loads(data))):
        stale += 1
        print(f"{path} {'differs from the numbers computed now' if old else 'is missing'}: run `python goldens/make.py` and look at the difference")
print(f"{len(files)} files {f'compared, {stale} stale' if arguments.check else 'written'}")
sys.exit(1 if stale else 0)
