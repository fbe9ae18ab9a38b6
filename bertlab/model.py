"""`load()`: a trained BERT with its tokenizer, its tables and its TensorFlow model."""

from __future__ import annotations

import copy
import ctypes
import gc
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .checkpoint import Checkpoint, open_checkpoint, release_pages
from .errors import ModelError
from .files import find
from .tokenizer import load_tokenizer

# `python -m bertlab` imports this module, and says so in a line where NumPy is missing.
if TYPE_CHECKING:
    import numpy as np

# Quiet, and small: oneDNN's copies of the weights cost each kernel some 100 MB.
TENSORFLOW_SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
}


@dataclass(frozen=True, repr=False, eq=False)
class Tables:
    """The parameters of the embedding layer, as stored in the checkpoint.

    Attributes
    ----------
    token : numpy.ndarray
        Token embeddings, (vocabulary, hidden), float32.
    position : numpy.ndarray
        Position embeddings, (positions, hidden), float32.
    token_type : numpy.ndarray
        Token type embeddings, (types, hidden), float32.
    gamma, beta : numpy.ndarray
        Scale and shift of the LayerNorm, (hidden,), float32.
    eps : float
        The LayerNorm's epsilon.

    Notes
    -----
    The arrays are read-only views of the mapped file: all processes on a machine share
    their pages. Take ``.copy()`` to change one.
    """

    token: np.ndarray
    position: np.ndarray
    token_type: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
    eps: float

    def __repr__(self) -> str:
        shapes = ", ".join(
            f"{name} {getattr(self, name).shape}"
            for name in ("token", "position", "token_type", "gamma", "beta")
        )
        return f"Tables({shapes}, eps {self.eps:g})"


@dataclass(frozen=True, repr=False, eq=False)
class Bert:
    """A trained BERT. `load` makes one.

    Attributes
    ----------
    name : str
        What the model is called.
    folder : Path
        The folder of its files.
    config : transformers.BertConfig
    tokenizer : transformers.BertTokenizerFast
    tables : Tables
        The embedding layer's parameters, read without TensorFlow.
    published : Published or None
        The default model's record, if this is the default, proved by its hashes.
    """

    name: str
    folder: Path
    config: object
    tokenizer: object
    tables: Tables
    published: object = None

    def __repr__(self) -> str:
        config = self.config
        return (
            f"Bert({self.name!r}: {config.num_hidden_layers} layers,"
            f" {config.num_attention_heads} heads, hidden size {config.hidden_size},"
            f" {config.vocab_size:,} tokens)"
        )

    @cached_property
    def model(self):
        """The same weights as a `transformers.TFBertModel`; imports TensorFlow.

        Raises
        ------
        ModelError
            If TensorFlow cannot be imported, or cannot read the weights.
        """
        # Loading takes twice the model's size for a moment: give back what is free.
        release_pages(self.tables.token)
        return_free_memory()
        return tensorflow_model(self.folder, self.config)


def load(name: str | os.PathLike | None = None) -> Bert:
    """Load a BERT; the first time, fetch it.

    Parameters
    ----------
    name : str, path or None
        None for the default model (or what ``BERTLAB_MODEL`` names), a name on the
        Hugging Face Hub such as ``"bert-base-uncased"``, or a local folder.

    Returns
    -------
    Bert

    Raises
    ------
    ModelError
        If there is no such model, or it is not a BERT, or it cannot be had; the
        message says what would do.

    Notes
    -----
    From here on NumPy's linear algebra runs on one thread of this process, unless
    ``OPENBLAS_NUM_THREADS`` says otherwise; TensorFlow has threads of its own.
    """
    files = find(name)
    # Where TensorFlow is not installed, transformers says so as it is imported.
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")
    from transformers import BertConfig, logging

    if "TRANSFORMERS_VERBOSITY" not in os.environ:
        logging.set_verbosity_error()
    config = BertConfig.from_dict(files.config)
    checkpoint = open_checkpoint(files.folder, config)
    bert = Bert(
        name=files.name,
        folder=files.folder,
        config=config,
        tokenizer=load_tokenizer(
            files.folder, config, vocabulary_alone=bool(files.published)
        ),
        tables=read_tables(checkpoint, config),
        published=files.published,
    )
    one_blas_thread()
    return_free_memory()  # transformers copies the tokenizer: 8 MB
    # A full garbage collection over all that is imported by now takes 0.1 s, and came
    # every tenth picture or so of an explorer: leave what stays for good out of it.
    # Once: later it could be a model that somebody has done with.
    if not gc.get_freeze_count():
        gc.freeze()
    return bert


def read_tables(checkpoint: Checkpoint, config) -> Tables:
    """The embedding layer's parameters from an open checkpoint."""
    tensor = checkpoint.tensor
    return Tables(
        token=tensor("embeddings.word_embeddings.weight"),
        position=tensor("embeddings.position_embeddings.weight"),
        token_type=tensor("embeddings.token_type_embeddings.weight"),
        gamma=tensor("embeddings.LayerNorm.weight"),
        beta=tensor("embeddings.LayerNorm.bias"),
        eps=config.layer_norm_eps,
    )


def tensorflow_model(folder: Path, config):
    """Load the weights into a TFBertModel.

    Parameters
    ----------
    folder : Path
    config : transformers.BertConfig

    Returns
    -------
    transformers.TFBertModel

    Raises
    ------
    ModelError
        If TensorFlow or TFBertModel cannot be imported, or cannot read the weights.
    """
    import_tensorflow()
    try:
        with silent_stderr():
            from transformers import TFBertModel
    except (ImportError, ValueError) as error:  # the second without tf-keras
        raise ModelError(
            f"transformers has no TFBertModel here ({error}). Install the packages of"
            " requirements.txt, or go on without bert.model: encoder.encode runs the"
            " same weights."
        ) from None
    checkpoint = open_checkpoint(folder, config)
    if checkpoint.saved_as != "pt":
        raise ModelError(
            f"The weights in {folder} do not say that PyTorch saved them, and"
            " transformers' TensorFlow classes then refuse them. Load them where they"
            " were made and save them with save_pretrained, or go on without"
            " bert.model: encoder.encode runs the same weights."
        )
    model = TFBertModel.from_pretrained(
        folder,
        config=copy.copy(config),  # which transformers writes the folder into
        add_pooling_layer="pooler.dense.weight" in checkpoint.shapes,
        local_files_only=True,
        use_safetensors=True,
    )
    return_free_memory()
    return model


def import_tensorflow() -> None:
    """Import TensorFlow without a sound, or raise a ModelError."""
    if sys.modules.get("tensorflow"):
        return
    for setting, value in TENSORFLOW_SETTINGS.items():
        os.environ.setdefault(setting, value)
    try:
        with silent_stderr():
            import tensorflow  # noqa: F401
    except ImportError as error:
        raise ModelError(
            f"TensorFlow cannot be imported here ({error}). Install the packages of"
            " requirements.txt, or go on with the lessons that need only bert.tables."
        ) from None
    gc.freeze()  # all that comes with it: see `load`


@contextmanager
def silent_stderr():
    """Point file descriptor 2 at the null device.

    Static initialisers of TensorFlow's shared libraries write to the descriptor itself,
    past `sys.stderr` and past every setting.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(null)
        os.close(kept)


def one_blas_thread() -> None:
    """Let NumPy's linear algebra use one thread, unless the environment says how many.

    OpenBLAS's threads wait for each other without letting go of their cores. Where a
    few kernels share two of them, which a class or three open notebooks bring about,
    products of the size that lessons have take five to ten times as long with two.
    """
    # Asked for after NumPy has come: what is not loaded yet cannot be told.
    if "OPENBLAS_NUM_THREADS" not in os.environ:
        from threadpoolctl import threadpool_limits

        threadpool_limits(1, user_api="blas")


def return_free_memory() -> None:
    """Give memory freed while loading back to the system, where libc can."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
