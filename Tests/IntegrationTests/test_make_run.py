"""make run, as a newcomer uses it: it shows a barcode, serves, and leaves nothing behind."""

import os
import re
import signal
import subprocess

import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway", "tda-bridge", "tda-dev-broker")


def what_comes_of_the_printed_event(text):
    """Publishes the event as the text says; returns what the results' topic has in the end."""
    publish = re.search(r"curl -s \S+/stream/publish.*?}'$", text, re.DOTALL | re.MULTILINE)[0]
    published = subprocess.run(["bash", "-c", publish], capture_output=True, text=True, timeout=120)
    assert "message_id" in published.stdout, published
    # The example's result, then the window's.
    watch = [service.PROGRAMS / "tda-bridge", "watch", "--topic", "tda_results", "--count", "2"]
    servers = re.search(r"KAFKA_BOOTSTRAP_SERVERS=(\S+)", text)[1]
    environment = {**os.environ, "KAFKA_BOOTSTRAP_SERVERS": servers}
    return subprocess.run(
        [*watch, "--seconds", "120"], env=environment, capture_output=True, text=True, timeout=240
    ).stdout


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_run_shows_a_barcode_serves_and_stops(folder, how):
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder), "TDA_HTTP_PORT": str(service.free_port())}
    with (folder / "output").open("w+") as output:
        running = subprocess.Popen(
            [service.ROOT / "scripts/run"],
            stdout=output,
            stderr=output,
            env=environment,
            start_new_session=True,
        )
        said = (folder / "output").read_text
        try:
            service.wait_until(lambda: "Ctrl-C" in said() or running.poll() is not None, 300, "the service")
            assert running.poll() is None, said()
            assert "H2: hollows" in said()
            assert "job.submitted" in said() and "job.completed" in said() and "result.generated" in said()
            base = re.search(r"listens on (\S+/api/v1)", said()).group(1)
            assert service.fetch(f"{base}/health").status == 200
            assert "mine: stream.window.completed" in what_comes_of_the_printed_event(said())

            os.kill(running.pid, how)
            assert running.wait(120) == 0, said()
            assert service.fetch(f"{base}/health/live").status == 0
            assert os.listdir(folder) == ["output"]
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait(120)
