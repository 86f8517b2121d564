"""Train, write the model and its report beside each other, and print the report."""

import dataclasses

import msgspec
from rich.console import Console
from rich.table import Table
from tools.pair_model.graph import graph_of
from tools.pair_model.people import population
from tools.pair_model.training import Report, report, train

from tallystick.flows.living_linkage import pair_model


def main() -> None:
    """Make the model again."""
    people = population()
    made = report(people)
    pair_model.MODEL.write_bytes(graph_of(train(people)).SerializeToString(deterministic=True))
    text = msgspec.json.format(msgspec.json.encode(dataclasses.asdict(made)), indent=2)
    pair_model.REPORT.write_bytes(text + b"\n")
    show(made)


def show(made: Report) -> None:
    """Print a line for each split, and the means."""
    low, high = made.zone
    table = Table(
        "split", "pairs", "F1 of the model", "F1 of the threshold", title=f"held out, {low} <= score < {high}"
    )
    for one in made.splits:
        table.add_row(str(one.seed), str(one.pairs), f"{one.f1_model:.4f}", f"{one.f1_threshold:.4f}")
    table.add_row("mean", "", f"{made.f1_model:.4f}", f"{made.f1_threshold:.4f}")
    Console().print(table)


main()
