"""Clouds one by one through a daemon of its own: one connection, one request at a time; prints JSON as bench-rips does.

usage: over_socket.py FILE CLOUD-SIZE MAX-DIMENSION THREADS

The time is the client's, from the first request to the last answer; `grown` is the daemon's growth meanwhile.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import service  # noqa: E402


def memory(process, field):
    """A line of a process's status, in bytes."""
    text = Path(f"/proc/{process}/status").read_text()
    return int(re.search(rf"^{field}:\s*(\d+) kB", text, re.MULTILINE).group(1)) * 1024


def start_anew(process):
    """What a process holds now, in bytes; its peak starts anew from here, which was that of its start until then."""
    Path(f"/proc/{process}/clear_refs").write_text("5")
    return memory(process, "VmRSS")


def main():
    file, size, max_dimension, threads = sys.argv[1:]
    # The benchmark's own variable, which the daemon would refuse as no setting of its.
    os.environ.pop("TDA_DATA", None)
    requests = len(np.load(file, mmap_mode="r")) // int(size)
    with tempfile.TemporaryDirectory(prefix="tda-") as folder:
        socket = Path(folder) / "tda.sock"
        daemon = service.start_daemon(socket, "--threads", threads, "--log-level", "warning")
        command = [service.PROGRAMS / "socket-load", "--socket", socket, "--file", file, "--points", size]
        command += ["--connections", 1, "--max-dimension", max_dimension, "--requests"]

        def ask(count):
            run = [*map(str, command), str(count)]
            return subprocess.run(run, stdout=subprocess.PIPE, text=True, check=True)

        try:
            # As for all others, what is read for the first time does not count.
            ask(1)
            before = start_anew(daemon.process.pid)
            done = ask(requests)
            grown = memory(daemon.process.pid, "VmHWM") - before
        finally:
            daemon.stop()
    told = json.loads(done.stdout)
    print(json.dumps({"seconds": told["seconds"], "memory": 0, "grown": grown, "counts": told["counts"]}))


main()
