"""The runner: `load` fills the database, `run` measures on it; without arguments both, at a small scale."""

import argparse
import os
from importlib import import_module
from pathlib import Path

from bench import ground

#: In the order in which they run: what adds cases comes last.
BENCHMARKS = ("identify", "card", "lists", "counters", "network", "outages", "scada", "registration")
SMALL = {"customers": 20_000, "cases": 60_000}


def main() -> None:
    parser = argparse.ArgumentParser(prog="opora bench", description=__doc__)
    parser.add_argument("--home", type=Path, default=Path(os.environ.get("OPORA_HOME") or ground.ROOT / ".opora"))
    commands = parser.add_subparsers(dest="command")
    load = commands.add_parser("load", help="fill the benchmarks' database anew")
    load.add_argument("--customers", type=int, default=SMALL["customers"])
    load.add_argument("--cases", type=int, default=SMALL["cases"])
    run = commands.add_parser("run", help="measure on whatever is loaded")
    run.add_argument("names", nargs="*", help="all, in this order: " + " ".join(BENCHMARKS))
    wanted = parser.parse_args()
    names = getattr(wanted, "names", None) or BENCHMARKS
    if unknown := set(names) - set(BENCHMARKS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; choose from {', '.join(BENCHMARKS)}")

    ground.stand_on_it(wanted.home.resolve())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opora.config.settings")
    django = import_module("django")
    django.setup()
    if wanted.command in ("load", None):
        size = {"customers": wanted.customers, "cases": wanted.cases} if wanted.command else SMALL
        import_module("bench.load").load(**size)
    if wanted.command in ("run", None):
        if not ground.exists():
            raise SystemExit("Nothing is loaded yet. Run: opora bench load")
        scale = ground.scale()
        for name in names:
            import_module(f"bench.{name}").run(scale)


if __name__ == "__main__":
    main()
