"""Who may ask and how: TLS and HTTP/2, tokens that change."""

import json
import signal
import subprocess

import pytest
import service

pytestmark = pytest.mark.programs("tdad", "tda-gateway")

SQUARE = {"point_cloud": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A self-signed certificate for localhost and its key."""
    folder = tmp_path_factory.mktemp("tls")
    files = folder / "certificate.pem", folder / "key.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=localhost",
    ]
    command += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-out", files[0], "-keyout", files[1]]
    subprocess.run(command, check=True, capture_output=True)
    return files


def curl(url, *options):
    """The answer's HTTP version, status and body."""
    command = [
        "curl",
        "--silent",
        "--max-time",
        "30",
        "--write-out",
        "\n%{http_version} %{http_code}",
        *options,
        url,
    ]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    body, _, last = done.stdout.rpartition("\n")
    version, status = last.split()
    return version, int(status), body


def test_tls_and_both_versions_of_http(folder, start, certificate):
    start.daemon(folder / "tda.sock")
    port = service.free_port()
    environment = {
        "TDA_SOCKET": str(folder / "tda.sock"),
        "TDA_HTTP_PORT": str(port),
        "TDA_DATA_DIR": str(folder),
        "TDA_TLS_CERTIFICATE": str(certificate[0]),
        "TDA_TLS_KEY": str(certificate[1]),
    }
    gateway = start.program("tda-gateway", environment=environment)
    service.wait_until(lambda: f"https://127.0.0.1:{port}" in gateway.output(), 60, "the gateway's line")
    url = f"https://127.0.0.1:{port}/api/v1"
    trust = ["--cacert", certificate[0]]
    for version, option in (("1.1", "--http1.1"), ("2", "--http2")):
        assert curl(f"{url}/health", *trust, option)[:2] == (version, 200)
        sent = ["--json", json.dumps(SQUARE)]
        answer = curl(f"{url}/tda/compute/vietoris-rips", *trust, option, *sent)
        assert answer[:2] == (version, 200), answer
        assert json.loads(answer[2])["results"]["betti_numbers"] == {"beta_0": 1, "beta_1": 0}
        # An error that ends the connection in HTTP/1.1.
        large = ["--json", "{}", "--header", "Content-Encoding: br"]
        assert curl(f"{url}/tda/compute/vietoris-rips", *trust, option, *large)[:2] == (version, 415)
    assert curl(f"{url}/health")[1] == 0
    assert curl(f"http://127.0.0.1:{port}/health")[1] == 0


def test_a_bad_certificate_is_named(folder, start):
    (folder / "empty.pem").write_text("")
    environment = {
        "TDA_HTTP_PORT": str(service.free_port()),
        "TDA_DATA_DIR": str(folder),
        "TDA_TLS_CERTIFICATE": str(folder / "empty.pem"),
        "TDA_TLS_KEY": str(folder / "empty.pem"),
    }
    gateway = start.program("tda-gateway", environment=environment)
    assert gateway.process.wait(60) != 0
    assert "empty.pem" in gateway.output()


def test_tokens_change_at_a_signal(folder, start):
    start.daemon(folder / "tda.sock")
    (folder / "tokens").write_text("# ours\nold\n")
    environment = {"TDA_API_TOKENS_FILE": str(folder / "tokens")}
    gateway = start.gateway(folder / "tda.sock", folder / "data", environment=environment)

    def status(token):
        return service.fetch(f"{gateway.base}/jobs", headers={"Authorization": f"Bearer {token}"}).status

    assert (status("old"), status("new")) == (200, 403)
    (folder / "tokens").write_text("new\n")
    gateway.process.send_signal(signal.SIGHUP)
    service.wait_until(lambda: status("new") == 200, 60, "the new token")
    assert status("old") == 403
    (folder / "tokens").write_text("")
    gateway.process.send_signal(signal.SIGHUP)
    service.wait_until(lambda: "cannot lose its last token" in gateway.output(), 60, "the refusal")
    assert status("new") == 200
