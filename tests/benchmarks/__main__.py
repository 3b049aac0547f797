"""`python -m tests.benchmarks [mapping|http|events]`: every benchmark, one after the other."""

import importlib
import sys

BENCHMARKS = ("mapping", "http", "events")


def main() -> None:
    """Runs those that are named, or all."""
    for name in sys.argv[1:] or BENCHMARKS:
        importlib.import_module(f"tests.benchmarks.bench_{name}").main()


if __name__ == "__main__":
    main()
