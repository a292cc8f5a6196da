"""Writes every golden file; with --check recomputes them and compares with what is committed, writing nothing."""

import argparse
import json
import sys

import adagrad
import adam
import initializers
import products
import safetensors_fixtures
import schedules
import sgd
import streams
import transforms
from common import ROOT, dump, same

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--check", action="store_true")
check = parser.parse_args().check

files: dict[str, str | bytes] = {}
for family in (sgd, adagrad, adam, transforms, schedules, initializers, streams, products):
    files |= {path: dump(value) for path, value in family.goldens().items()}
files |= safetensors_fixtures.fixtures()

stale = 0
for path, content in files.items():
    file = ROOT / path
    data = content if isinstance(content, bytes) else content.encode()
    if not check:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        continue
    old = file.read_bytes() if file.exists() else b""
    if old != data and not (old and path.endswith(".json") and same(json.loads(old), json.loads(data))):
        stale += 1
        print(f"{path} is {'not what is computed now' if old else 'missing'}: run `python goldens/make.py` and look at the difference")
print(f"{len(files)} files {f'compared, {stale} stale' if check else 'written'}")
sys.exit(1 if stale else 0)
