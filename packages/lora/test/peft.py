"""Loads adapters with PEFT and prints the logits of each as JSON: python peft.py FOLDER, whose folders are adapters of the BERT of fixtures/make.py."""

import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [os.path.join(HERE, "fixtures")] + [p for p in sys.path if os.path.abspath(p or ".") != HERE]  # this file is called peft too

import torch  # noqa: E402
from make import batches, bert  # noqa: E402
from peft import PeftModel  # noqa: E402

out = {}
for name in sorted(os.listdir(sys.argv[1])):
    model = PeftModel.from_pretrained(bert(), os.path.join(sys.argv[1], name)).eval()
    with torch.no_grad():
        out[name] = model(**batches("bert")[0][0]).logits.flatten().tolist()
print(json.dumps(out))
