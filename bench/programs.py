"""The programs that are compared: how each is asked about a row, and what it says it took."""

import json
import math
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import inputs
from measure import median, repeated

ROOT = Path(__file__).resolve().parent.parent
OURS = ROOT / ".build/release/bench-rips"
RIPSER = os.environ.get("RIPSER", "ripser")


@dataclass
class Row:
    """An input and what is asked about it. `kind` is points, distances, edges, clouds or socket: clouds that ours
    takes one by one over the daemon's socket.
    """

    title: str
    name: str
    max_dimension: int
    threshold: float = math.inf
    kind: str = "points"


@dataclass
class Figure:
    """What one program took for one row: median times, greatest memory. `seconds` is None past the limit.

    `counted` is our engine's own count of its peak, `estimated` what it foresaw: seconds and bytes; `phases` the
    seconds of each of its phases.
    """

    seconds: float | None
    memory: int = 0
    counted: int = 0
    estimated: tuple | None = None
    counts: list | None = None
    phases: dict | None = None
    note: str = ""


def our_command(row, threads):
    file = inputs.CACHE / f"{row.name}.npy"
    if row.kind == "socket":
        return [sys.executable, ROOT / "bench/over_socket.py", file, 100, row.max_dimension, threads]
    options = ["--max-dimension", row.max_dimension, "--threads", threads]
    if math.isfinite(row.threshold):
        options += ["--threshold", row.threshold]
    if row.kind == "clouds":
        options += ["--cloud-size", 100]
    if row.kind == "distances":
        return [OURS, "--input", "distances", inputs.CACHE / f"{row.name}.txt", *options]
    return [OURS, "--input", "npy", file, *options]


def ripser_start(row):
    """Ripser made to read the row's input and to stop at the first edge: what it takes before it computes."""
    return [*ripser_command(row), "--dim", 0, "--threshold", 0]


def ripser_command(row):
    file, form = {
        "points": (f"{row.name}.txt", "point-cloud"),
        "distances": (f"{row.name}.txt", "distance"),
        "edges": (f"{row.name}.edges", "sparse"),
    }[row.kind]
    threshold = ["--threshold", row.threshold] if math.isfinite(row.threshold) else []
    return [RIPSER, "--format", form, "--dim", row.max_dimension, *threshold, inputs.CACHE / file]


def peer_command(row, peer, threads):
    file = inputs.CACHE / f"{row.name}.{'edges.npz' if row.kind == 'edges' else 'npy'}"
    return [
        sys.executable,
        ROOT / "bench/peer.py",
        peer,
        file,
        "clouds" if row.kind == "socket" else row.kind,
        row.max_dimension,
        row.threshold,
        threads,
    ]


def ripser_counts(output, max_dimension):
    """The bars in Ripser's output, those longer than rounding."""
    counts = [0] * (max_dimension + 1)
    dimension = 0
    for line in output.splitlines():
        if heading := re.match(r"persistence intervals in dim (\d+)", line):
            dimension = int(heading.group(1))
        elif bar := re.match(r" \[([^,]+),([^)]*)\)", line):
            birth, death = float(bar.group(1)), float(bar.group(2).strip() or "inf")
            counts[dimension] += death - birth > 1e-5 * birth + 1e-9
    return counts


def figure(row, program, threads, limit, repeats):
    """Runs one program on one row up to `repeats` times, for at most `limit` seconds each."""
    if program == "ripser" and row.kind in ("clouds", "socket"):
        return Figure(None, note="–")
    command = {"ours": lambda: our_command(row, threads), "ripser": lambda: ripser_command(row)}.get(
        program, lambda: peer_command(row, program, threads)
    )()
    runs = repeated(command, limit, repeats)
    if runs[-1].error:
        return Figure(None, note=runs[-1].error[:60])
    if runs[0].seconds is None:
        return Figure(None, note=f"> {limit:.0f}")
    if program == "ripser":
        counts = ripser_counts(runs[0].output, row.max_dimension)
        setting_up = median([run.seconds for run in repeated(ripser_start(row), limit, repeats)])
        seconds = median([run.seconds for run in runs]) - setting_up
        return Figure(seconds, max(run.memory for run in runs), counts=counts)
    told = [json.loads(run.output) for run in runs]
    found = Figure(median([each["seconds"] for each in told]), counts=told[0]["counts"])
    found.memory = max(each.get("grown", each["memory"]) for each in told)
    if program == "ours":
        found.counted = max(each["memory"] for each in told)
        if "estimated_seconds" in told[0]:
            found.estimated = (told[0]["estimated_seconds"], told[0]["estimated_memory"])
        if phases := told[0].get("phases"):
            found.phases = {name: median([each["phases"][name] for each in told]) for name in phases}
    return found


def ready(row):
    """Makes the row's input, in a process of its own; False when it is not to be had."""
    extra = [str(row.threshold)] if row.kind == "edges" else []
    if (inputs.CACHE / f"{row.name}.npy").exists() and (
        not extra or (inputs.CACHE / f"{row.name}.edges").exists()
    ):
        return True
    return subprocess.run([sys.executable, ROOT / "bench/inputs.py", row.name, *extra]).returncode == 0


def seconds(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def megabytes(value):
    if value == 0:
        return "–"
    return f"{value / 1e6:.3g}" if value < 1e9 else f"{value / 1e6:.0f}"


def quantile(values, rank):
    """The value at `rank` of 0 to 1, interpolated."""
    ordered = sorted(values)
    place = rank * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def table(heading, cells):
    lines = ["| " + " | ".join(heading) + " |", "| " + " | ".join("---" for _ in heading) + " |"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in cells])


def asked(row):
    threshold = f", at {row.threshold:g}" if math.isfinite(row.threshold) else ""
    return f"{row.title}, dim {row.max_dimension}{threshold}"


def machine():
    with open("/proc/cpuinfo") as file:
        model = next(
            (line.split(":")[1].strip() for line in file if line.startswith("model name")), platform.machine()
        )
    load = os.getloadavg()[0]
    return f"{model}, {len(os.sched_getaffinity(0))} cores to use; load average at the start {load:.1f}."
