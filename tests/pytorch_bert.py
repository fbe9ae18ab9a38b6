"""Run a BERT in PyTorch on given inputs: for test_pytorch.py, in a Python with PyTorch.

    python pytorch_bert.py FOLDER CONFIG.json INPUTS.npz OUTPUTS.npz

Knows nothing of bertlab. For each case N of the inputs (``N.ids``, ``N.positions``,
``N.types``, ``N.mask``) the outputs have ``N.hidden_states`` and ``N.attentions``.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import BertConfig, BertModel


def main(folder, config, inputs, outputs):
    """Read the inputs, run the model on each case and write what comes out."""
    model, report = BertModel.from_pretrained(
        folder,
        config=BertConfig.from_dict(json.loads(Path(config).read_text())),
        add_pooling_layer=False,
        attn_implementation="eager",
        local_files_only=True,
        output_loading_info=True,
    )
    if report["missing_keys"]:
        sys.exit(f"The weights lack {report['missing_keys']}.")
    model.eval()
    given, found = np.load(inputs), {}
    for case in sorted({name.partition(".")[0] for name in given}):
        ids, positions, types, mask = (
            torch.tensor(given[f"{case}.{what}"][None])
            for what in ("ids", "positions", "types", "mask")
        )
        with torch.no_grad():
            out = model(
                input_ids=ids,
                position_ids=positions,
                token_type_ids=types,
                attention_mask=mask,
                output_hidden_states=True,
                output_attentions=True,
            )
        found[f"{case}.hidden_states"] = torch.cat(out.hidden_states).numpy()
        found[f"{case}.attentions"] = torch.cat(out.attentions).numpy()
    np.savez(outputs, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
