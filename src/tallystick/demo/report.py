"""The figures of a run: for people on the terminal, for scripts as JSON."""

import json
import statistics
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tallystick.demo.judging import percentile
from tallystick.demo.story import Results

__all__ = ["as_json", "show", "write"]


def as_json(results: Results) -> dict[str, object]:
    """Return the report; milliseconds and shares of one."""
    alone, judged = results.alone, results.judged
    return {
        "seconds": round(results.seconds, 2),
        "linkage": {
            "recall": alone.recall if alone else None,
            "precision": alone.precision if alone else None,
            "pairs": alone.pairs if alone else 0,
            "judged": {"recall": judged.recall, "precision": judged.precision, "pairs": judged.pairs}
            if judged
            else None,
            "grey_zone": {
                "pairs": results.zone_pairs,
                "f1_model": results.f1_model,
                "f1_threshold": results.f1_threshold,
            },
        },
        "changes": [
            {
                "kind": each.kind,
                "registry": each.registry,
                "effect": each.effect,
                "commit_to_event_ms": None if each.commit_to_event_ms is None else round(each.commit_to_event_ms, 1),
            }
            for each in results.changes
        ],
        "catalog": results.catalog,
        "inference": results.inference,
    }


def write(results: Results, file: Path) -> None:
    """Write the report, whole or not at all."""
    fresh = file.with_name(file.name + ".new")
    fresh.write_text(json.dumps(as_json(results), indent=2) + "\n")
    fresh.replace(file)


def show(results: Results, console: Console) -> None:
    """Print the summary table."""
    table = Table(title="What the demo measured", title_justify="left", box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(justify="right")
    table.add_column(style="dim")
    if results.alone and results.judged:
        table.add_row("recall at the threshold .7", f"{results.alone.recall:.4f}", f"{results.alone.pairs:,} pairs")
        table.add_row("precision at the threshold .7", f"{results.alone.precision:.4f}", "")
        table.add_row("recall after judging", f"{results.judged.recall:.4f}", f"{results.judged.pairs:,} pairs")
        table.add_row("precision after judging", f"{results.judged.precision:.4f}", "")
    table.add_row("F1 in the grey zone, model", f"{results.f1_model:.4f}", f"{results.zone_pairs:,} pairs")
    table.add_row("F1 in the grey zone, threshold", f"{results.f1_threshold:.4f}", "")
    times = sorted(each.commit_to_event_ms for each in results.changes if each.commit_to_event_ms is not None)
    if times:
        table.add_row("COMMIT to match event, median", f"{statistics.median(times):.0f} ms", f"{len(times)} changes")
        table.add_row("COMMIT to match event, p95", f"{percentile(times, 0.95):.0f} ms", "")
    if catalog := results.catalog:
        table.add_row(
            "files in the packages", f"{catalog['occurrences']:,}", f"{catalog['contents']:,} different contents"
        )
        table.add_row("one lookup, median", f"{catalog['lookup_median_ms']} ms", f"{catalog['lookups']} lookups")
    if inference := results.inference:
        table.add_row("one prediction, median", f"{inference['predict_median_ms']} ms", f"{inference['judged']} judged")
    table.add_row("whole run", f"{results.seconds:.1f} s", "")
    console.print(table)
