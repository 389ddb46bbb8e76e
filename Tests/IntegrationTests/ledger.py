"""A judge of jobs outside the service: writes down what was accepted, and looks at the end what became of it."""

import json
import math
import random
import threading
import time
import uuid

import clouds
import service

RIPS = "/tda/compute/vietoris-rips"


class Question:
    """An input whose barcode is known."""

    def __init__(self, points, max_dimension, is_right, cached=False):
        self.is_right = is_right
        self.body = json.dumps(
            {
                "point_cloud": {"points": points},
                "parameters": {"max_dimension": max_dimension},
                "job_options": {"async": True, "cache_results": cached},
            }
        ).encode()


def polygon(sides, cached=False):
    """A regular polygon: every side is a bar of dimension 0; its loop dies with the first triangle around it."""
    angles = [2 * math.pi * index / sides for index in range(sides)]
    side = 2 * math.sin(math.pi / sides)
    death = 2 * math.sin(math.pi * math.ceil(sides / 3) / sides)

    def is_right(pairs):
        bars = {dimension: [pair for pair in pairs if pair["dimension"] == dimension] for dimension in (0, 1)}
        finite = [pair["death"] for pair in bars[0] if pair["death"] != "infinity"]
        loops = [(pair["birth"], pair["death"]) for pair in bars[1]]
        return (
            len(pairs) == sides + 1
            and len(finite) == sides - 1
            and all(math.isclose(value, side, rel_tol=1e-4) for value in finite)
            and len(loops) == 1
            and math.isclose(loops[0][0], side, rel_tol=1e-4)
            and math.isclose(loops[0][1], death, rel_tol=1e-4)
        )

    return Question([[math.cos(angle), math.sin(angle)] for angle in angles], 1, is_right, cached)


def long_question(base, points, seed):
    """An input that takes a while. Right is what it gives while nothing is killed, to the last digit."""
    cloud = clouds.uniform(points, 3, seed=seed).tolist()
    body = {"point_cloud": {"points": cloud}, "parameters": {"max_dimension": 2}}
    undisturbed = service.fetch(base + RIPS, body).json()["results"]["persistence_pairs"]
    return Question(cloud, 2, lambda pairs: pairs == undisturbed)


class Ledger:
    """Submits jobs from several threads, and knows which ones the service has accepted."""

    def __init__(self, base, questions, threads=3, pause=0.05, seed=1):
        self.base = base
        self.questions = questions
        # Jobs of others: what was there before.
        self.foreign = {job["job_id"] for job in self.jobs()}
        self.accepted = {}
        self.surprises = []
        self.pause = pause
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [
            threading.Thread(target=self.submit, args=(random.Random(seed + index),))
            for index in range(threads)
        ]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def submit(self, chance):
        while not self.stopping.is_set():
            question = chance.choice(self.questions)
            # As a careful client does: the same key until there is an answer.
            key = {"Idempotency-Key": str(uuid.uuid4())}
            deadline = time.monotonic() + 300
            while True:
                answer = service.fetch(self.base + RIPS, question.body, headers=key, timeout=30)
                if answer.status in (0, 503) and time.monotonic() < deadline:
                    time.sleep(0.02)
                    continue
                if answer.status in (200, 202):
                    with self.lock:
                        self.accepted[answer.json()["job_id"]] = question
                else:
                    self.surprises.append((answer.status, answer.body))
                break
            time.sleep(chance.uniform(0, 2 * self.pause))

    def jobs(self, status=None):
        """All jobs that the service shows, by pages."""
        jobs, cursor = [], ""
        while cursor is not None:
            answer = service.fetch(
                f"{self.base}/jobs?limit=200{f'&status={status}' if status else ''}"
                f"{f'&cursor={cursor}' if cursor else ''}"
            )
            page = answer.json()
            jobs += page["jobs"]
            cursor = page["next_cursor"]
        return jobs

    def wait_for_the_end(self, seconds=300):
        service.wait_until(
            lambda: not self.jobs("submitted") and not self.jobs("running"), seconds, "the end of every job"
        )

    def verdict(self):
        """What is wrong, a line each; call it when every job has ended."""
        wrong = [f"unexpected answer {surprise}" for surprise in self.surprises]
        shown = [job["job_id"] for job in self.jobs() if job["job_id"] not in self.foreign]
        wrong += [f"shown twice: {job}" for job in {job for job in shown if shown.count(job) > 1}]
        wrong += [f"lost: {job}" for job in self.accepted.keys() - set(shown)]
        wrong += [f"submitted once, made twice: {job}" for job in set(shown) - self.accepted.keys()]
        for job, question in self.accepted.items():
            answer = service.fetch(f"{self.base}/jobs/{job}")
            if answer.status != 200 or answer.json()["status"] != "completed":
                wrong.append(f"not completed: {answer.body[:300]}")
            elif not question.is_right(answer.json()["results"]["persistence_pairs"]):
                wrong.append(f"wrong barcode: {job}")
        return wrong
