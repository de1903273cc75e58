"""The parts of the benchmark, one module a question; ``docs/benchmark.py`` puts them together."""
