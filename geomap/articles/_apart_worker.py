"""The process in which files are read apart: run as a script, by :mod:`geomap.articles._apart` alone.

It imports nothing of geomap, so that it starts in the time of the library that it runs.
"""

from __future__ import annotations

import faulthandler
import json
import os
import select
import signal
import sys
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import IO, Any

_BROKEN = 2


def main() -> None:
    """Read orders from the standard input until it ends: a line of JSON, then the content of a file."""
    idle = float(sys.argv[1])
    sys.path[:] = json.loads(sys.argv[2])
    answers = os.fdopen(os.dup(1), "wb")
    # What a library prints must not be taken for an answer.
    os.dup2(2, 1)
    _leave_no_core()
    # Whoever interrupts the parent wants it to stop, and it decides what becomes of this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    jobs: dict[str, ModuleType] = {}
    while True:
        line = sys.stdin.buffer.readline() if _has_work(idle) else b""
        if not line:
            return
        order = json.loads(line)
        # This thread of the interpreter's own ends the process even while a library holds everything else.
        faulthandler.dump_traceback_later(order["seconds"], exit=True, file=2)
        _limit_memory(order["megabytes"])
        data = sys.stdin.buffer.read(order["size"])
        _answer(jobs, order["job"], data, answers)
        faulthandler.cancel_dump_traceback_later()


def _has_work(idle: float) -> bool:
    """Wait for an order for so many seconds; Windows cannot, and waits until its parent ends."""
    return os.name == "nt" or bool(select.select([0], [], [], idle)[0])


def _answer(jobs: dict[str, ModuleType], path: str, data: bytes, answers: IO[bytes]) -> None:
    try:
        if path not in jobs:
            jobs[path] = _loaded(path)
        for part in jobs[path].run(data):
            _send(answers, "part", part)
        broken = ""
    except Exception as error:
        broken = "it needs too much memory" if isinstance(error, MemoryError) else str(error) or type(error).__name__
    except BaseException:
        # Rust's panics, which may leave its library in any state.
        os._exit(_BROKEN)
    _send(answers, "end", broken)


def _send(answers: IO[bytes], kind: str, value: Any) -> None:
    answers.write(json.dumps([kind, value]).encode() + b"\n")
    answers.flush()


def _loaded(path: str) -> ModuleType:
    spec = spec_from_file_location(os.path.basename(path).removesuffix(".py"), path)  # noqa: PTH119 (pathlib takes long)
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    # Dataclasses and the like look their module up there.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _limit_memory(megabytes: int) -> None:
    try:
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, hard))
    except (ImportError, OSError, ValueError):
        return  # Windows and macOS have no such limit


def _leave_no_core() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, OSError, ValueError):
        return


if __name__ == "__main__":
    try:
        main()
    except BaseException:
        # Python would end with 1, which means here that the time was over.
        os._exit(_BROKEN)
