"""The folder of a run: its parts, its manifest, what failed, and who is writing to it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from geomap._files import TEMPORARY, replacing, sweep
from geomap._progress import time_in_words
from geomap._version import __version__
from geomap.errors import FolderBusy, UnsafeOutput
from geomap.runs._unit import what_it_says

FORMAT = 1
MANIFEST = "_manifest.json"
_FAILED = "_failed"
_HOMES = "_homes.json"
_LOCK = "_lock"
_PARTS = "part-*.parquet"


class Share(NamedTuple):
    """A share of a run: the parts that one of several jobs does, the first, the second ... (from 1) of so many."""

    number: int
    of: int

    def has(self, part: int) -> bool:
        """Return whether a part belongs to this share."""
        return part % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


WHOLE = Share(1, 1)


def is_run(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is the folder of a run."""
    return (Path(path) / MANIFEST).is_file()


@dataclass
class RunFolder:
    """A folder of mentions in parts."""

    path: Path

    def open(self) -> Mapping[str, Any]:
        """Make the folder if there is none, and return the manifest of the last run, empty if there was none.

        Raises
        ------
        UnsafeOutput
            If it is no such folder, or one of a layout that this version does not know.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            strangers = not is_run(self.path) and any(
                not each.name.startswith(("_", ".")) for each in self.path.iterdir()
            )
        except OSError as error:
            raise UnsafeOutput(f"cannot write to {self.path}: {error.strerror or error}") from error
        if strangers:
            raise UnsafeOutput(f"{self.path} has other files and no {MANIFEST}; give a folder that is new or empty")
        return self.manifest()

    def manifest(self) -> Mapping[str, Any]:
        """Return the manifest, empty if there is none."""
        path = self.path / MANIFEST
        if not path.is_file():
            return {}
        try:
            found = json.loads(path.read_text("utf-8"))
            layout = int(found["format"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnsafeOutput(
                f"{path} is damaged ({error!r}); delete it, and the run goes on from its parts"
            ) from error
        if layout != FORMAT:
            raise UnsafeOutput(
                f"{path} was written by geomap {found.get('geomap', '?')} in layout {layout}, and this is geomap "
                f"{__version__}, which writes layout {FORMAT}; choose another folder, or delete this one to begin anew"
            )
        return dict(found)

    def write_manifest(self, say: Callable[[Mapping[str, Any]], Mapping[str, Any]]) -> Path:
        """Write the manifest: what is said of the run, given what the one before said, and what is in the folder now."""
        from filelock import FileLock

        # Jobs that each do a share of the run end when they like.
        with FileLock(self.path / "_manifest.lock"):
            return self._write(MANIFEST, self._described(say(self.manifest())))

    def _described(self, said: Mapping[str, Any]) -> dict[str, Any]:
        parts = {}
        for path in sorted(self.path.glob(_PARTS)):
            known = what_it_says(path)
            parts[path.name] = {name: known.get(name) for name in ("articles", "mentions", "fingerprint")}
        return {
            "format": FORMAT,
            "geomap": __version__,
            **said,
            "articles": sum(part["articles"] or 0 for part in parts.values()),
            "mentions": sum(part["mentions"] or 0 for part in parts.values()),
            "parts": parts,
            "failed": self.failed(),
        }

    def _write(self, name: str, content: Mapping[str, Any]) -> Path:
        with replacing(self.path / name) as temporary:
            temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
        return self.path / name

    # --- what failed ---

    def set_aside(self, number: int, reason: str, tries: int, article_ids: list[str]) -> None:
        """Note that a part cannot be done."""
        folder = self.path / _FAILED
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UnsafeOutput(f"cannot write to {folder}: {error.strerror or error}") from error
        content = {"part": number, "reason": reason, "tries": tries, "articles": article_ids}
        with replacing(folder / f"part-{number:05}.json") as temporary:
            temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False), "utf-8")
        (self.path / f"part-{number:05}.parquet").unlink(missing_ok=True)  # what it was made of is no longer so

    def succeeded(self, number: int) -> None:
        """Forget that a part failed once."""
        (self.path / _FAILED / f"part-{number:05}.json").unlink(missing_ok=True)

    def failed(self) -> dict[str, Any]:
        """Return the parts that were set aside: their reasons and the ids of their articles."""
        found = {}
        for path in sorted((self.path / _FAILED).glob("part-*.json")):
            content = json.loads(path.read_text("utf-8"))
            found[path.stem] = {name: content[name] for name in ("reason", "tries", "articles")}
        return found

    # --- homes ---

    def homes(self, key: str) -> dict[str, Any] | None:
        """Return the homes that were learned from the same articles, None if there are none."""
        path = self.path / _HOMES
        try:
            found = json.loads(path.read_text("utf-8"))
            return dict(found["homes"]) if found["key"] == key else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep_homes(self, key: str, homes: pd.DataFrame) -> None:
        """Keep the homes for the next time that the run goes on."""
        known = homes[homes["home"].notna()]
        self._write(_HOMES, {"key": key, "homes": dict(zip(known["source"], known["home"], strict=True))})

    # --- who writes ---

    @contextmanager
    def locked(self, share: Share) -> Iterator[None]:
        """Hold the folder, or one share of it.

        Raises
        ------
        FolderBusy
            If another run holds it.
        """
        from filelock import FileLock, Timeout

        own = _LOCK if share == WHOLE else f"{_LOCK}-{share.number}-of-{share.of}"
        with ExitStack() as stack:
            for name in sorted({own, *(path.name for path in self.path.glob(f"{_LOCK}*") if path.suffix != ".json")}):
                # Shares of one division may run side by side.
                if name != own and share != WHOLE and name.endswith(f"-of-{share.of}"):
                    continue
                lock = FileLock(self.path / name)
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    raise FolderBusy(f"another run writes to {self.path}: {self._owner(name)}") from None
                except (OSError, NotImplementedError) as error:
                    raise UnsafeOutput(
                        f"cannot lock {self.path / name}: {error}; choose a folder on another disk"
                    ) from error
                stack.callback(lock.release)
            owner = {"process": os.getpid(), "machine": socket.gethostname(), "since": time.time(), "share": str(share)}
            self._write(f"{own}.json", owner)
            self._clear(share)
            yield

    def _owner(self, name: str) -> str:
        try:
            owner = json.loads((self.path / f"{name}.json").read_text("utf-8"))
            since = datetime.fromtimestamp(owner["since"], UTC).strftime("%Y-%m-%d %H:%M UTC")
            age = time_in_words(max(0.0, time.time() - owner["since"]))
            who = f"process {owner['process']} on {owner['machine']}, part {owner['share']}, since {since} ({age})"
        except (OSError, ValueError, KeyError, TypeError):
            who = "an unknown process"
        return f"{who}; wait for it, end it, or give another folder"

    def _clear(self, share: Share) -> None:
        """Remove what a run left behind that was killed while it wrote; nothing of another share that is at work."""
        for folder in (self.path, self.path / _FAILED):
            sweep(folder)
            # Who holds the lock of the whole folder writes there alone.
            for path in folder.glob(f"{TEMPORARY}*") if share == WHOLE else ():
                shutil.rmtree(path, ignore_errors=True)

    def drop_from(self, number: int, share: Share) -> None:
        """Remove the parts that the corpus no longer has: this number and those after it."""
        for path in [*self.path.glob(_PARTS), *(self.path / _FAILED).glob("part-*.json")]:
            part = int(path.stem.removeprefix("part-"))
            if part >= number and share.has(part):
                path.unlink(missing_ok=True)
