"""Build ``geomap/resources/words.json.gz``: the ordinary words and given names that the gazetteer matcher needs.

Inputs, fetched by name at exact versions into a temporary folder:

- PyPI ``wordfreq`` 3.1.1 (code Apache-2.0, data CC BY-SA 4.0): the commonest lower-case English words;
- PyPI ``names`` 0.3.0 (MIT): the given names of the 1990 US census, which are in the public domain.

Run from the repository root: ``python data/recipes/words/build.py``.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "data" / "recipes"))

from manifest import record

TARGET = ROOT / "geomap" / "resources" / "words.json.gz"
ORDINARY = 20_000
SMALLEST_SHARE = 0.004  # percent of people: rarer given names are mostly surnames and places


def main() -> None:
    """Fetch the inputs, build the file, and enter it in the manifest."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", "--target", folder, "wordfreq==3.1.1", "names==0.3.0"],
            check=True,
        )
        listing = subprocess.run(
            [sys.executable, "-c", f"import wordfreq, json; print(json.dumps(wordfreq.top_n_list('en', {ORDINARY})))"],
            check=True,
            capture_output=True,
            env={"PYTHONPATH": folder, "PATH": ""},
        )
        given = sorted(_given_names(Path(folder) / "names"))
    ordinary = sorted(word for word in json.loads(listing.stdout) if word.isalpha() and len(word) > 1)
    content = json.dumps({"given_names": given, "ordinary_words": ordinary}, ensure_ascii=False, separators=(",", ":"))
    TARGET.write_bytes(gzip.compress(content.encode(), 9, mtime=0))
    record(
        TARGET,
        sources=[
            {"name": "wordfreq", "version": "3.1.1", "licence": "CC BY-SA 4.0 (data)", "registry": "PyPI"},
            {"name": "names", "version": "0.3.0", "licence": "public domain (US census 1990)", "registry": "PyPI"},
        ],
        licence="CC BY-SA 4.0",
        recipe="data/recipes/words/build.py",
    )
    print(f"{TARGET.name}: {len(given)} given names, {len(ordinary)} ordinary words, {TARGET.stat().st_size} bytes")


def _given_names(folder: Path) -> set[str]:
    found = set()
    for name in ("dist.female.first", "dist.male.first"):
        for line in (folder / name).read_text(encoding="ascii").splitlines():
            word, share, *_ = line.split()
            if float(share) >= SMALLEST_SHARE:
                found.add(word.lower())
    return found


if __name__ == "__main__":
    main()
