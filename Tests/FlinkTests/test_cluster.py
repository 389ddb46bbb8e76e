"""The job on a real Flink cluster: a JobManager and a TaskManager as processes, the daemon beside them."""

import json
import os
import random
import shutil
import signal
import subprocess
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
import service
import tda_client
from tda_flink.messages import contract_time, persistence_pairs, window_id

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-flink/bin/python"
LENGTH = 10_000
START = 1_767_225_600_000
# Seconds for each step; each takes some when the machine is quiet.
PATIENCE = 300

pytestmark = [
    pytest.mark.programs("tdad"),
    pytest.mark.skipif(
        not PYTHON.exists(),
        reason="no PyFlink; scripts/python-environment --into .venv-flink requirements/flink.txt",
    ),
    pytest.mark.skipif(
        not shutil.which("java"), reason="no java for Flink; apt-get install openjdk-17-jre-headless"
    ),
]


class Cluster:
    """A standalone cluster on free ports, its files below `folder`; every process in a group of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.rest = service.free_port()
        self.home = Path(next((PYTHON.parents[1] / "lib").glob("python3*/site-packages/pyflink")))
        self.processes = []
        conf = folder / "conf"
        conf.mkdir()
        base = (self.home / "conf/config.yaml").read_text().splitlines()
        java = next(line for line in base if "--add-exports" in line).strip().removeprefix("all: ")
        settings = {
            "env.java.opts.all": java,
            "jobmanager.rpc.address": "localhost",
            "jobmanager.rpc.port": service.free_port(),
            "jobmanager.bind-host": "localhost",
            "jobmanager.memory.process.size": "1g",
            "taskmanager.host": "localhost",
            "taskmanager.bind-host": "localhost",
            "taskmanager.numberOfTaskSlots": 2,
            "taskmanager.memory.process.size": "1500m",
            "rest.address": "localhost",
            "rest.port": self.rest,
            "rest.bind-address": "localhost",
            "rest.bind-port": self.rest,
            # A killed process is known by its refused connections; one that is only slow is left in peace.
            "heartbeat.interval": 500,
            "heartbeat.rpc-failure-threshold": 2,
            "heartbeat.timeout": 120_000,
            "pekko.ask.timeout": "120 s",
            "restart-strategy.type": "fixed-delay",
            "restart-strategy.fixed-delay.attempts": 100,
            "restart-strategy.fixed-delay.delay": "500 ms",
            "execution.checkpointing.dir": f"file://{folder}/checkpoints",
            "python.executable": PYTHON,
            "python.client.executable": PYTHON,
            "io.tmp.dirs": folder / "tmp",
        }
        (conf / "config.yaml").write_text("".join(f"{name}: {value}\n" for name, value in settings.items()))
        for name in ("log4j-console.properties", "log4j-cli.properties"):
            shutil.copy(self.home / "conf" / name, conf)
        (folder / "tmp").mkdir()
        self.environment = {
            **os.environ,
            "FLINK_HOME": str(self.home),
            "FLINK_CONF_DIR": str(conf),
            "FLINK_LOG_DIR": str(folder),
            "PYTHONPATH": "",
        }

    def start(self, name):
        """jobmanager or taskmanager."""
        log = (self.folder / f"{name}-{len(self.processes)}.log").open("w")
        process = subprocess.Popen(
            [self.home / f"bin/{name}.sh", "start-foreground"],
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=service.end_with_parent,
        )
        self.processes.append(process)
        return process

    def kill(self, process):
        """SIGKILL for it and the Python workers that it has started."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                self.kill(process)

    def ask(self, path):
        answer = service.fetch(f"http://localhost:{self.rest}{path}", timeout=5)
        return answer.json() if answer.status == 200 else {}

    def slots(self):
        return self.ask("/overview").get("slots-total", 0)

    def submit(self, *arguments):
        """Submits the job, detached."""
        command = [
            self.home / "bin/flink",
            "run",
            "--detached",
            "--python",
            ROOT / "integrations/flink/tda-flink.py",
        ]
        packages = f"{ROOT}/integrations/flink,{ROOT}/clients/python/src"
        run = subprocess.run(
            [*command, "--pyFiles", packages, *map(str, arguments)],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert run.returncode == 0, run.stdout + run.stderr

    def job(self):
        """What the JobManager says of the job; empty while it says nothing."""
        return next(iter(self.ask("/jobs/overview").get("jobs", [])), {})

    def is_running(self):
        job = self.job()
        return job.get("state") == "RUNNING" and job["tasks"]["running"] == job["tasks"]["total"]

    def checkpoints(self):
        """How many checkpoints the job has completed; 0 while the JobManager says nothing."""
        counts = self.ask(f"/jobs/{self.job().get('jid')}/checkpoints").get("counts", {})
        return counts.get("completed", 0)

    def wait(self, condition, what):
        """Waits until `condition()`, for as long as a slow machine may take; fails with what the cluster says."""
        try:
            service.wait_until(condition, PATIENCE, what)
        except TimeoutError as error:
            raise AssertionError(f"{error}\n{self.report()}") from None

    def report(self):
        """The job's state, its last failures, and the ends of the processes' logs."""
        exceptions = self.ask(f"/jobs/{self.job().get('jid')}/exceptions")
        parts = [f"job: {self.job()}", f"exceptions: {json.dumps(exceptions)[:4000]}"]
        parts += [
            f"{log.name}:\n{log.read_text()[-4000:]}" for log in sorted(self.folder.glob("*manager-*.log"))
        ]
        return "\n".join(parts)


@pytest.fixture
def cluster(folder):
    cluster = Cluster(folder)
    yield cluster
    cluster.stop()


def event(stream, time, points):
    metadata = {"message_id": f"{stream}-{time}", "message_type": "stream.event"}
    payload = {"stream_id": stream, "points": points, "timestamp": time}
    return json.dumps({"metadata": metadata, "payload": payload})


def events_of(streams, windows, seed):
    """Events of these streams in these windows, three in each, by stream."""
    draw = random.Random(seed)
    events = defaultdict(list)
    for stream in streams:
        for window in windows:
            for k in range(3):
                points = [[draw.random() for _ in range(3)] for _ in range(6)]
                events[stream].append((START + window * LENGTH + 1000 * k, points))
    return events


def drop(folder, name, lines):
    """Puts a file of lines there at once, as the source wants it."""
    hidden = folder / f".{name}"
    hidden.write_text("".join(f"{line}\n" for line in lines))
    hidden.rename(folder / name)


def results(folder):
    """The messages in the files that are complete."""
    return [
        json.loads(line)
        for file in (folder / "results").glob("*/part-*.jsonl")
        for line in file.read_text().splitlines()
    ]


def expected(socket, events):
    """The payloads by window, cut and computed one by one."""
    windows = defaultdict(list)
    for stream, own in events.items():
        for time, points in own:
            windows[stream, time // LENGTH * LENGTH].append(points)
    found = {}
    with tda_client.Client(socket) as tda:
        for (stream, start), clouds in windows.items():
            result = tda.rips(np.concatenate(clouds).astype(np.float32))
            found[window_id(stream, start, start + LENGTH)] = {
                "stream_id": stream,
                "persistence_pairs": persistence_pairs(result.diagrams, "float32"),
                "window_metadata": {
                    "window_start": contract_time(start),
                    "window_end": contract_time(start + LENGTH),
                    "event_count": 3,
                    "point_count": 18,
                    "closed_by": "watermark",
                },
            }
    return found


def test_a_killed_task_manager_costs_no_window_and_repeats_none(cluster, start, folder):
    socket, inbox, output = folder / "tda.sock", folder / "in", folder / "out"
    inbox.mkdir()
    start.daemon(socket)
    cluster.start("jobmanager")
    first = cluster.start("taskmanager")
    cluster.wait(lambda: cluster.slots() == 2, "the TaskManager")
    cluster.submit(
        *["--source", "files", "--path", inbox, "--output", output, "--socket", socket],
        *["--schemas", ROOT / "schemas", "--parallelism", 2],
        *["--checkpoint-seconds", 1, "--idle-seconds", 1000],
    )
    cluster.wait(cluster.is_running, "the job")

    def wait_for_results(count, what):
        def have_come():
            found = len(results(output))
            assert found <= count, f"{what}: {found} windows where there are {count}\n{cluster.report()}"
            return found == count

        cluster.wait(have_come, f"{what} ({count} windows)")

    # Before: four streams, whose last window stays open. In the middle: four more. Afterwards: the rest of all.
    before = events_of([f"early-{k}" for k in range(4)], range(3), seed=1)
    middle = events_of([f"middle-{k}" for k in range(4)], range(3), seed=2)
    after = events_of([*before, *middle], range(3, 6), seed=3)
    for stream, own in before.items():
        drop(inbox, f"1-{stream}.jsonl", [event(stream, *each) for each in own])
    wait_for_results(4 * 2, "the first windows")
    for stream, own in middle.items():
        drop(inbox, f"2-{stream}.jsonl", [event(stream, *each) for each in own])
    cluster.kill(first)
    cluster.start("taskmanager")
    wait_for_results(8 * 2, "recovery")
    for stream, own in after.items():
        closing = event(stream, START + 100 * LENGTH, [[0, 0, 0]])
        drop(inbox, f"3-{stream}.jsonl", [*[event(stream, *each) for each in own], closing])
    drop(inbox, "4-poison.jsonl", ["not json"])
    wait_for_results(8 * 6, "the last windows")
    checkpoints = cluster.checkpoints()
    cluster.wait(lambda: cluster.checkpoints() >= checkpoints + 2, "two more checkpoints")

    all_events = {stream: (before | middle)[stream] + after[stream] for stream in after}
    found = [message["payload"] for message in results(output)]
    assert len(found) == 8 * 6
    by_id = {payload["result_id"]: payload for payload in found}
    assert by_id.keys() == expected(socket, all_events).keys()
    for result_id, payload in expected(socket, all_events).items():
        assert payload.items() <= by_id[result_id].items()
    letters = [file.read_text() for file in (output / "dead-letters").glob("*/part-*.jsonl")]
    assert letters == ["not json\n"]
