"""Runs a command once or several times under a time limit: wall time, CPU time, greatest resident memory."""

import os
import signal
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Run:
    """What one run of a command took. `seconds` is None when it passed the limit, `error` says why it failed."""

    seconds: float | None = None
    user: float = 0.0
    memory: int = 0
    output: str = ""
    error: str = ""


def once(command, limit):
    """One run. GNU time stands in between, since a child of a large process inherits its memory peak."""
    with tempfile.NamedTemporaryFile("r") as usage:
        start = time.perf_counter()
        process = subprocess.Popen(
            ["/usr/bin/time", "-f", "%U %S %M", "-o", usage.name, *map(str, command)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            output, errors = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return Run()
        seconds = time.perf_counter() - start
        if process.returncode != 0:
            last = errors.strip().splitlines()[-1:] or [f"status {process.returncode}"]
            return Run(seconds, error=last[0])
        user, system, kilobytes = usage.read().split()[-3:]
        return Run(seconds, float(user) + float(system), int(kilobytes) * 1024, output)


def repeated(command, limit, repeats):
    """Up to `repeats` runs, fewer where they are long: none is started after a fifth of the limit is spent."""
    runs = []
    start = time.perf_counter()
    while len(runs) < repeats and (not runs or time.perf_counter() - start < limit / 5):
        runs.append(once(command, limit))
        if runs[-1].seconds is None or runs[-1].error:
            break
    return runs


def median(values):
    return statistics.median(values)
