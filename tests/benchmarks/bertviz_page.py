"""The page that BertViz puts into a notebook for a text, in bytes: for bench.py.

    python bertviz_page.py FOLDER CONFIG.json IDS.json

Run in a Python with PyTorch and bertviz. IDS.json holds lists of token IDs; for each the
size of the head view's page is printed, and the seconds that the model and the page
took. Knows nothing of bertlab.
"""

import json
import sys
import time
from pathlib import Path

import torch
from bertviz import head_view
from transformers import BertConfig, BertModel


def main(folder, config, ids):
    """Load the model, and print one line for each list of token IDs."""
    model = BertModel.from_pretrained(
        folder,
        config=BertConfig.from_dict(json.loads(Path(config).read_text())),
        add_pooling_layer=False,
        attn_implementation="eager",
        local_files_only=True,
    )
    model.eval()
    for given in json.loads(Path(ids).read_text()):
        start = time.perf_counter()
        with torch.no_grad():
            out = model(input_ids=torch.tensor([given]), output_attentions=True)
        ran = time.perf_counter()
        names = [str(i) for i in given]
        page = head_view(out.attentions, names, html_action="return")
        done = time.perf_counter()
        print(len(given), len(page.data.encode()), ran - start, done - ran)


if __name__ == "__main__":
    main(*sys.argv[1:])
