"""Models and tokenizers on this machine, opened for the processor."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from geomap._optional import optional
from geomap._processes import core_count
from geomap.errors import UnsupportedFormat


def thread_count(wanted: int | None) -> int:
    """Return how many threads to use: at least one, at most the cores that this process may use.

    Without a wish as many as ``OMP_NUM_THREADS`` allows, by which schedulers keep processes from using each other's cores.
    """
    cores = core_count()
    allowed = os.environ.get("OMP_NUM_THREADS", "").split(",")[0]
    usual = int(allowed) if allowed.isdecimal() else cores
    return max(1, min(usual if wanted is None else wanted, cores))


def open_session(path: Path, *, threads: int, needed_by: str) -> Any:
    """Return an ``onnxruntime.InferenceSession`` for a model.

    Raises
    ------
    MissingDependency
        If onnxruntime is not installed.
    UnsupportedFormat
        If the file is not an ONNX model.
    """
    onnxruntime = optional("onnxruntime", needed_by=needed_by, extra=None)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Batches of many shapes would make the arena keep the largest of everything.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's errors share no other base
        raise UnsupportedFormat(f"{path} cannot be read as an ONNX model ({error})") from error


def open_tokenizer(path: Path, *, needed_by: str) -> Any:
    """Return the ``tokenizers.Tokenizer`` of a file.

    Raises
    ------
    MissingDependency
        If tokenizers is not installed.
    UnsupportedFormat
        If the file is not a tokenizer.
    """
    tokenizers = optional("tokenizers", needed_by=needed_by, extra=None)
    try:
        return tokenizers.Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises plain Exception for any bad file
        raise UnsupportedFormat(f"{path} cannot be read as a tokenizer ({error})") from error
