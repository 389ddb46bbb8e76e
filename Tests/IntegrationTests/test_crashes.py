"""Programs that are killed at random moments under load lose nothing, show nothing twice, and answer right.

CRASHES=n sets how often; `make nightly` does it for longer.
"""

import contextlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import time
from collections import defaultdict

import ledger
import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway")

CRASHES = int(os.environ.get("CRASHES", "200"))


class Fragile:
    """A program that is killed and started again; ready only for those who wait."""

    def __init__(self, starter, start):
        self.starter, self.start = starter, start
        self.program = start()

    def crash(self):
        self.program.kill()
        self.begin_again()

    def revive(self):
        """Begins again, as systemd would, what ended by itself: a database may be away for longer than it waits."""
        if self.program.process.poll() is not None:
            self.begin_again()

    def begin_again(self):
        self.starter.programs.remove(self.program)
        self.program = self.start()


@pytest.fixture
def service_on(folder, start):
    """service_on(url, …) starts a daemon and a gateway whose database is at the URL; both can be crashed."""

    def begin(url=None, lease=None, redis=None):
        socket, port = folder / "tda.sock", service.free_port()
        environment = {
            "TDA_SOCKET": str(socket),
            "TDA_HTTP_PORT": str(port),
            "TDA_DATA_DIR": str(folder / "data"),
            "LOG_LEVEL": "warning",
            # A long job may well be hit three times alone, which is when it would be given up.
            "TDA_JOB_ATTEMPTS": "20",
            # Nobody is there: the outbox fills.
            "KAFKA_BOOTSTRAP_SERVERS": "localhost:1",
        }
        if url:
            environment["DATABASE_URL"] = url
        if lease:
            environment["TDA_JOB_LEASE"] = str(lease)
        if redis:
            environment["REDIS_URL"] = redis
        base = f"http://127.0.0.1:{port}/api/v1"
        daemon = Fragile(start, lambda: start.program("tdad", "--socket", str(socket)))
        gateway = Fragile(start, lambda: start.program("tda-gateway", environment=environment))
        service.wait_until(lambda: is_healthy(base), 60, "health")
        return base, daemon, gateway

    return begin


def questions(base):
    long = [ledger.long_question(base, 200 + 40 * seed, seed) for seed in range(3)]
    return long + [ledger.polygon(sides) for sides in range(60, 120, 5)]


def is_healthy(base, *programs):
    """Revives the programs, if need be."""
    for program in programs:
        program.revive()
    return service.fetch(f"{base}/health").status == 200


def check(book, base):
    service.wait_until(lambda: is_healthy(base), 60, "health")
    book.wait_for_the_end()
    wrong = book.verdict()
    assert not wrong, "\n".join(wrong[:20])


def next_moment(book, chance, *programs):
    """Waits for a random moment, which may fall into a start; most often for one after another job is in.

    Revives the programs meanwhile.
    """
    accepted = len(book.accepted)

    def another_job():
        for program in programs:
            program.revive()
        return len(book.accepted) > accepted

    time.sleep(chance.uniform(0.02, 0.5))
    if chance.random() < 0.7:
        service.wait_until(another_job, 120, "another job")


def test_gateway_and_daemon_crash(folder, service_on):
    base, daemon, gateway = service_on()
    chance = random.Random(7)
    with ledger.Ledger(base, questions(base)) as book:
        for _ in range(CRASHES):
            next_moment(book, chance)
            for program in chance.choice([[daemon], [gateway], [daemon, gateway]]):
                program.crash()
        # Let the last ones in, too.
        service.wait_until(lambda: is_healthy(base), 60, "health")
    check(book, base)
    assert len(book.accepted) > CRASHES / 2, "there was hardly any load"
    check_outbox(folder / "data" / "gateway.sqlite", book)


def check_outbox(path, book):
    """Every job is told of once, in order."""
    told = defaultdict(list)
    with contextlib.closing(sqlite3.connect(path)) as database:
        for key, value in database.execute("SELECT key, value FROM outbox ORDER BY sequence"):
            told[key].append(json.loads(value)["metadata"]["message_type"])
    assert told.keys() - book.foreign == book.accepted.keys()
    whole = ["job.submitted", "job.started", "job.completed", "result.generated"]
    assert all(told[job] == whole for job in book.accepted)


@pytest.fixture
def postgres(folder):
    """A private PostgreSQL server; `postgres.url`, `postgres.crash()`."""
    server = Postgres(folder / "postgres")
    yield server
    server.stop()


class Postgres:
    def __init__(self, folder):
        folder.mkdir()
        folder.parent.chmod(0o755)
        self.folder = folder
        self.url = f"postgresql://postgres@/postgres?host={folder}"
        self.process = None
        self.begin()

    def begin(self):
        command = [service.ROOT / "scripts/private-postgres", self.folder]
        self.log = open(self.folder.parent / "postgres.log", "ab")  # noqa: SIM115 - the server's
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=self.log, stderr=self.log)
        service.wait_until(self.is_ready, 60, "PostgreSQL")

    def is_ready(self):
        if self.process.poll() == 69:
            pytest.skip("no PostgreSQL server is installed; apt-get install postgresql")
        return subprocess.run(["pg_isready", "-q", "-h", self.folder]).returncode == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(60)
        self.log.close()

    def crash(self):
        """At once, with every connection; it recovers when it begins again."""
        self.stop()
        self.begin()


@pytest.fixture
def redis(folder):
    """A private Redis server; `redis.url`, `redis.crash()`."""
    if shutil.which("redis-server") is None:
        pytest.skip("no Redis server is installed; apt-get install redis-server")
    server = Redis(folder / "redis.sock")
    yield server
    server.process.kill()
    server.process.wait()


class Redis:
    def __init__(self, path):
        self.path, self.url = path, f"unix://{path}"
        self.begin()

    def begin(self):
        self.path.unlink(missing_ok=True)
        command = ["redis-server", "--port", "0", "--unixsocket", self.path, "--save", ""]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=self.path.parent)
        service.wait_until(self.path.exists, 60, "Redis")

    def crash(self):
        """By SIGKILL, and all that it knew is gone."""
        self.process.kill()
        self.process.wait()
        self.begin()


def test_programs_database_and_cache_crash(postgres, redis, service_on):
    """Gateway and daemon are killed while PostgreSQL and Redis are too, every few seconds, one or both."""
    base, daemon, gateway = service_on(postgres.url, lease=2, redis=redis.url)
    remembered = [ledger.polygon(sides, cached=True) for sides in range(12, 60, 6)]
    chance = random.Random(5)
    server_is_due = time.monotonic()
    killed = defaultdict(int)
    with ledger.Ledger(base, questions(base) + remembered, pause=0.1) as book:
        for _ in range(max(CRASHES // 10, 10)):
            next_moment(book, chance, daemon, gateway)
            victims = chance.choice([[daemon], [gateway], [daemon, gateway]])
            if time.monotonic() > server_is_due:
                victims = victims + chance.choice([[postgres], [redis], [redis, postgres]])
                server_is_due = time.monotonic() + chance.uniform(1, 4)
            for victim in chance.sample(victims, len(victims)):
                victim.crash()
                killed[victim] += 1
        # Let the last ones in, too.
        service.wait_until(lambda: is_healthy(base, daemon, gateway), 120, "health")
    check(book, base)
    names = {daemon: "daemon", gateway: "gateway", postgres: "PostgreSQL", redis: "Redis"}
    kills = ", ".join(f"{names[victim]} {count}" for victim, count in killed.items())
    print(f"killed: {kills}; jobs accepted: {len(book.accepted)}")


def test_two_gateways_on_one_database(folder, start, postgres, service_on):
    """One is killed again and again; the other takes its jobs over, and none is run twice."""
    base, _, gateway = service_on(postgres.url, lease=2)
    other = start.gateway(
        folder / "tda.sock",
        folder / "other",
        environment={"DATABASE_URL": postgres.url, "TDA_JOB_LEASE": "2", "TDA_JOB_ATTEMPTS": "20"},
    )
    chance = random.Random(3)
    with ledger.Ledger(other.base, questions(base), pause=0.1) as book:
        for _ in range(max(CRASHES // 20, 2)):
            next_moment(book, chance)
            gateway.crash()
    check(book, other.base)
