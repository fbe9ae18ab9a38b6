"""The page that BertViz puts into a notebook for a text, in bytes: for bench.py.

    python bertviz_page.py FOLDER CONFIG.json IDS.json

Run in a Python with PyTorch and bertviz. IDS.json holds lists of token IDs; for each,
one line: how many, the bytes of the head view's page, the seconds that the model and
the page took, and how many libraries the page loads from elsewhere. Then the versions.
Knows nothing of bertlab.
"""

import json
import re
import sys
import time
from importlib.metadata import version
from pathlib import Path

import torch
from bertviz import head_view
from transformers import BertConfig, BertModel

# A library on somebody else's server, as a script's source or in require.js's list.
LIBRARY = re.compile(r"""["'](?:https?:)?//[^"'\s]+/libs/[^"'\s]+["']""")


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
        for _ in range(2):  # the first time it warms up
            start = time.perf_counter()
            with torch.no_grad():
                out = model(input_ids=torch.tensor([given]), output_attentions=True)
        ran = time.perf_counter()
        names = [str(i) for i in given]
        page = head_view(out.attentions, names, html_action="return")
        done = time.perf_counter()
        elsewhere = len(set(LIBRARY.findall(page.data)))
        print(len(given), len(page.data.encode()), ran - start, done - ran, elsewhere)
    print("bertviz", version("bertviz"), "torch", torch.__version__)


if __name__ == "__main__":
    main(*sys.argv[1:])
