"""Train, measure and write the models that ship, stage by stage: ``make models GOLD=folder NER=folder``.

    python data/recipes/models.py GOLD NER [--only STAGE | --from STAGE] [--work FOLDER] [--list]
    python data/recipes/models.py --smoke

``GOLD`` holds the gold corpora and ``NER`` the open sources, as the README files of ``recognizer`` and ``ranker`` say. Each
stage takes at most an hour on one core and leaves a checkpoint in the work folder; a stage whose inputs (data, code and
the stages before it) are what they were is not run again. ``--smoke`` runs every stage on a slice, in a few minutes, and
without folders: it makes small ones of the sample corpora and the written sentences, and changes nothing that ships.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE / "recognizer")]

WORK = ROOT / "out" / "models"
SHIPPED = "open"
"""The recognizer that ships: ``open``, which has seen no gold, or ``recognizer``, which has; ``ship.py`` copies the same."""

GEOMAP = ROOT / "geomap"
TABLES = ROOT / "data" / "gazetteer"
SAMPLES = [ROOT / "data" / "corpora" / name / "gold.jsonl" for name in ("mosul", "world")]
WRITTEN = HERE / "recognizer" / "written"
CORPORA = ("lgl", "trnews", "geowebnews")
TRAINING = (
    "augment",
    "batches",
    "corpora",
    "export",
    "labels",
    "learn",
    "model",
    "names",
    "stages",
    "train",
    "written",
)
"""Modules of the recognizer's recipe that its weights depend on."""

SMALL = ("ranker.npz", "dots.json", "rings.json")
CARDS = (
    Path("data", "recipes", "recognizer", "MODEL_CARD.md"),
    Path("data", "recipes", "ranker", "README.md"),
    Path("data", "recipes", "dots", "README.md"),
)


@dataclass(frozen=True)
class Run:
    """Where everything is, and how much of it is read.

    Parameters
    ----------
    gold, ner, work, written
        Folders: the gold corpora, the open sources, the checkpoints, and the written sentences.
    layers
        Of the recognizer.
    share
        Of the ordinary text and of its suites.
    root
        The checkout into which the last stages write models and figures.
    """

    gold: Path
    ner: Path
    work: Path
    written: Path = WRITTEN
    layers: int = 6
    share: float = 1.0
    root: Path = ROOT


@dataclass(frozen=True, repr=False)
class Stage:
    """One step: a command, the files that it depends on, and the files that it leaves.

    Parameters
    ----------
    name, says
        What it is called, and what it does.
    command
        A script of this folder and its arguments.
    needs, leaves
        Files. One that another stage leaves puts this stage after that one.
    by_default
        Whether it is run when no stage is named.
    """

    name: str
    says: str
    command: Sequence[object]
    needs: Sequence[Path]
    leaves: Sequence[Path]
    by_default: bool = True

    def run(self) -> bool:
        """Run the command; return whether it went well."""
        ended = subprocess.run([sys.executable, *map(str, self.command)], check=False).returncode
        if ended:
            print(f"{self.name} ended with exit code {ended}", flush=True)
        return not ended

    def task(self) -> dict[str, Any]:
        """Return the stage as doit has it."""
        return {
            "basename": self.name,
            "doc": self.says,
            "actions": [self.run],
            "file_dep": [str(path) for path in self.needs],
            "targets": [str(path) for path in self.leaves],
            # Another slice, or another folder, makes other models.
            "uptodate": [_unchanged(" ".join(map(str, self.command)))],
            "verbosity": 2,
        }


def _unchanged(command: str) -> Any:
    from doit.tools import config_changed

    return config_changed(command)


def stages(run: Run) -> list[Stage]:
    """Return all stages, each after those that it needs."""
    return [*_recognizer(run), *_ranker(run), *_measured(run), *_written(run)]


def _recognizer(run: Run) -> Iterator[Stage]:
    folder, work, gold = HERE / "recognizer", run.work, _gold(run)
    code = [folder / f"{name}.py" for name in TRAINING]
    code += [GEOMAP / "recognition" / "_windows.py", TABLES / "demonyms.csv", TABLES / "country_aliases.csv"]
    ner = [*sorted(run.ner.glob("*/data.jsonl")), *sorted(run.ner.glob("*/META.json"))]
    written = sorted(run.written.glob("*.txt"))
    given = _flags(ner=run.ner, gold=run.gold, work=work, written=run.written, layers=run.layers)

    def stage(name: str, says: str, needs: Sequence[Path], *leaves: Path, by_default: bool = True) -> Stage:
        return Stage(name, says, [folder / "stages.py", name, *given], [*code, *needs], leaves, by_default)

    names, news = work / "names.safetensors", work / "news.safetensors"
    own, opened, four = _model(work / "recognizer"), _model(work / "open"), _model(work / "four")
    yield stage("names", "the recognizer learns names from the open sources; 20 minutes", ner, names)
    says = "and news from the written sentences; 12 minutes"
    yield stage("news", says, [names, *ner, *written], news, *opened)
    says = "and from the gold articles how annotators decide; 8 minutes"
    yield stage("gold", says, [news, *written, *gold], work / "gold.safetensors", *own)
    says = "the same twice without half of the outlets, to measure; 10 minutes"
    yield stage("halves", says, [news, *written, *gold, folder / "halves.py"], *_halves(run))
    says = "four layers learn from six; 25 minutes, not run by default"
    yield stage("distilled", says, [news, *ner, *written], work / "four.safetensors", *four, by_default=False)


def _ranker(run: Run) -> Iterator[Stage]:
    folder, work = HERE / "ranker", run.work
    code = [*sorted(folder.glob("*.py")), *_package("resolution", "recognition", "gazetteer", "evaluation")]
    code += [GEOMAP / "resources" / name for name in ("gazetteer.pack", "words.json.gz")]

    def stage(
        name: str, says: str, recognizer: str, out: Path, options: Sequence[object], learns: Sequence[Path]
    ) -> Stage:
        given = _flags(recognizer=work / recognizer, share=run.share, out=out)
        needs = [*code, *learns, *_model(work / recognizer)]
        return Stage(name, says, [folder / "train.py", *options, *given], needs, [out, out.with_suffix(".json")])

    says = "the ranker, its confidence and what thresholds cost; 4 minutes"
    yield stage("ranker", says, SHIPPED, work / "ranker.npz", [run.gold], _gold(run))
    fit, out = HERE / "dots" / "fit.py", work / "dots.json"
    given = _flags(recognizer=work / SHIPPED, ranker=work / "ranker.npz", share=run.share, out=out)
    needs = [
        *sorted((HERE / "dots").glob("*.py")),
        *code,
        GEOMAP / "pipeline.py",
        *_gold(run),
        *SAMPLES,
        *_model(work / SHIPPED),
        work / "ranker.npz",
    ]
    says = "the probability that a dot is right, and how far it is; 4 minutes"
    yield Stage("dots", says, [fit, run.gold, *given], needs, [out, work / "rings.json", work / "dots-figures.json"])
    says = "the same from the samples and ordinary text alone; 4 minutes"
    yield stage("open-ranker", says, "open", work / "open.npz", [], SAMPLES)
    says = "the same without one sample, to measure on it; 4 minutes"
    for sample in ("mosul", "world"):
        without, options = work / f"open-without-{sample}.npz", _flags(leave_out=sample)
        yield stage(f"open-ranker-without-{sample}", says, "open", without, options, SAMPLES)


def _measured(run: Run) -> Iterator[Stage]:
    work, benchmarks = run.work, ROOT / "tests" / "benchmarks"
    code = [*_package("resolution", "recognition", "gazetteer", "evaluation"), GEOMAP / "pipeline.py"]
    code += [HERE / "recognizer" / "halves.py", *sorted((HERE / "ranker").glob("*.py"))]
    needs = [*code, *_gold(run), *_model(work / SHIPPED)]
    command = [HERE / "recognizer" / "halves.py", "score", run.gold, work / SHIPPED, work / "scores.json"]
    yield Stage(
        "scores", "both, on outlets that they have not seen; 10 minutes", command, needs, [work / "scores.json"]
    )
    needs += _halves(run)
    command = [HERE / "measure.py", "--variant", "with", work / "recognizer", work / "ranker.npz"]
    command += ["--variant", "without", work / "open", work / "open.npz"]
    command += _flags(gold=run.gold, left_out="with", suites=run.share / 4, out=work / "licence.json")
    needs += [*_model(work / "recognizer"), *_model(work / "open"), *SAMPLES, HERE / "measure.py"]
    needs += [work / f"{name}.npz" for name in ("ranker", "open", "open-without-mosul", "open-without-world")]
    needs += [*sorted((benchmarks / "suites").iterdir()), benchmarks / "ordinary.py"]
    yield Stage("licence", "both, with the corpora and without; 40 minutes", command, needs, [work / "licence.json"])


def _written(run: Run) -> Iterator[Stage]:
    work, resources, script = run.work, run.root / "geomap" / "resources", HERE / "ship.py"
    leaves = [*_model(resources / "recognizer"), *(resources / name for name in SMALL)]
    needs = [script, *_model(work / SHIPPED), *(work / name for name in SMALL)]
    says = "puts the models in their place, with their checksums"
    yield Stage("ship", says, [script, "models", work, run.root], needs, leaves)
    tables = [work / f"{name}.json" for name in ("scores", "licence", "ranker", "dots-figures")]
    cards = [run.root / card for card in CARDS]
    says = "writes the figures into the model cards"
    yield Stage("cards", says, [script, "cards", work, run.root], [script, *tables], cards)


def _flags(**values: object) -> list[object]:
    return [part for name, value in values.items() for part in (f"--{name.replace('_', '-')}", value)]


def _gold(run: Run) -> list[Path]:
    return [run.gold / f"{name}.train.jsonl" for name in CORPORA]


def _model(folder: Path) -> list[Path]:
    return [folder / name for name in ("model.onnx", "tokenizer.json", "config.json")]


def _halves(run: Run) -> list[Path]:
    folders = [run.work / "halves" / f"half{number}" for number in (0, 1)]
    return [path for folder in folders for path in (*_model(folder), folder.with_suffix(".json"))]


def _package(*parts: str) -> list[Path]:
    return [path for part in parts for path in sorted((GEOMAP / part).rglob("*.py"))]


def small(work: Path) -> Run:
    """Return a run over small folders, which it writes: the sample corpora as gold, written sentences as open sources."""
    base = work / "small"
    shutil.rmtree(base, ignore_errors=True)
    run = Run(base / "gold", base / "ner", work, base / "written", layers=2, share=0.02, root=base / "checkout")
    for folder in (run.gold, run.ner, run.written, run.root / "geomap" / "resources"):
        folder.mkdir(parents=True)
    for card in CARDS:
        (run.root / card).parent.mkdir(parents=True)
        shutil.copy(ROOT / card, run.root / card)
    lines = [line for path in SAMPLES for line in path.read_text("utf-8").splitlines()]
    for number, name in enumerate(CORPORA):
        own = [_in_text(json.loads(line)) for line in lines[number::6]]
        (run.gold / f"{name}.train.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in own), "utf-8")
    sentences = sorted(WRITTEN.glob("*.txt"))[0].read_text("utf-8").splitlines()
    (run.written / "a.txt").write_text("\n".join(sentences[:60]) + "\n", "utf-8")
    _small_sources(run.ner)
    return run


def _in_text(row: dict[str, Any]) -> dict[str, Any]:
    """Return an article as the corpora have it: the toponyms of its text alone."""
    return row | {"toponyms": [each for each in row["toponyms"] if each["field"] == "text"]}


def _small_sources(folder: Path) -> None:
    from corpora import SHARES
    from written import NAME_TYPES, read_written

    sentences = read_written(WRITTEN)[:270]
    for number, name in enumerate(SHARES):
        rows = []
        for sentence in sentences[number :: len(SHARES)]:
            spans = [[start, end, NAME_TYPES[tag]] for start, end, tag in sentence.spans if tag in NAME_TYPES]
            outer = [span for place, span in enumerate(spans) if not place or span[0] >= spans[place - 1][1]]
            rows.append({"text": sentence.text, "spans": outer, "ign": [], "doc": 0})
        (folder / name).mkdir()
        (folder / name / "data.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
        (folder / name / "META.json").write_text(json.dumps({"ambiguity": {}}), "utf-8")


def run_stages(every: Sequence[Stage], work: Path, *, only: str | None = None, first: str | None = None) -> int:
    """Run the stages that are not up to date; return 0 if all went well.

    Parameters
    ----------
    every
        All stages in their order.
    work
        Where it is kept what was run on what.
    only
        Run this one alone, in any case.
    first
        Run this one and the later ones, in any case.
    """
    from doit.cmd_base import ModuleTaskLoader
    from doit.doit_cmd import DoitMain

    names = [stage.name for stage in every if stage.by_default]
    loader = ModuleTaskLoader({f"task_{number}": stage.task for number, stage in enumerate(every)})
    work.mkdir(parents=True, exist_ok=True)
    kept = ["--backend", "json", "--db-file", str(work / "stages.json")]
    main = DoitMain(loader, config_filenames=())
    if only:
        return int(main.run(["run", *kept, "--single", "--always-execute", only]))
    if first:
        later = [name for name in names if name not in names[: names.index(first)]]
        main.run(["forget", *kept, *later])
    return int(main.run(["run", *kept, *names]))


def main() -> int:
    """Run the stages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", nargs="?", type=Path, help="folder of gold corpora")
    parser.add_argument("ner", nargs="?", type=Path, help="folder of open sources")
    parser.add_argument("--work", type=Path, help="folder of the checkpoints; default: out/models")
    parser.add_argument("--only", metavar="STAGE", help="run one stage, whatever is up to date")
    parser.add_argument("--from", dest="first", metavar="STAGE", help="run a stage and those after it")
    parser.add_argument("--list", action="store_true", help="list the stages")
    parser.add_argument("--smoke", action="store_true", help="run all on a slice; writes nothing that ships")
    given = parser.parse_args()
    if given.smoke:
        run = small(given.work or WORK / "smoke")
        return run_stages(
            [replace(stage, by_default=True) for stage in stages(run)], run.work, only=given.only, first=given.first
        )
    if given.list:
        for stage in stages(Run(Path("GOLD"), Path("NER"), Path("WORK"))):
            print(f"{stage.name:<28}{stage.says}")
        return 0
    if given.gold is None or given.ner is None:
        parser.error("name the folders of the gold corpora and of the open sources: make models GOLD=folder NER=folder")
    run = Run(given.gold.resolve(), given.ner.resolve(), given.work or WORK)
    known = [stage.name for stage in stages(run)]
    for name in filter(None, (given.only, given.first)):
        if name not in known:
            parser.error(f"no stage {name!r}; choose from: {', '.join(known)}")
    return run_stages(stages(run), run.work, only=given.only, first=given.first)


if __name__ == "__main__":
    sys.exit(main())
