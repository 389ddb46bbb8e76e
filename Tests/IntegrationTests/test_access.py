"""Who may ask and how: TLS and HTTP/2, JSON Web Tokens of an independent issuer, tokens that change."""

import base64
import hashlib
import hmac
import json
import signal
import subprocess
import time

import jwt
import pytest
import service
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

pytestmark = pytest.mark.programs("tdad", "tda-gateway")

SQUARE = {"point_cloud": {"points": [[0, 0], [1, 0], [1, 1], [0, 1]]}}
ISSUER, AUDIENCE = "https://issuer.example", "tda"


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


def claims(**changes):
    now = int(time.time())
    given = {"iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "exp": now + 600, "nbf": now - 10, **changes}
    return {name: value for name, value in given.items() if value is not None}


def public_pem(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def key_set(*entries):
    """A JSON Web Key Set of public keys, each with the members beside that its entry names."""
    kinds = {rsa.RSAPrivateKey: RSAAlgorithm, ec.EllipticCurvePrivateKey: ECAlgorithm}

    def entry(key, members):
        kind = next((kinds[each] for each in kinds if isinstance(key, each)), OKPAlgorithm)
        return kind.to_jwk(key.public_key(), as_dict=True) | members

    return json.dumps({"keys": [entry(key, members) for key, members in entries]})


RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
EC = ec.generate_private_key(ec.SECP256R1())
ED = ed25519.Ed25519PrivateKey.generate()
SECRET = "a secret that is long enough for HS256"
ENCRYPTING = {"use": "enc", "alg": "RSA-OAEP", "kid": "other"}
# The file of keys, the key that signs, its algorithm, its name.
KEYS = {
    "a secret": (SECRET, SECRET, "HS256", None),
    "an RSA key": (public_pem(RSA), RSA, "RS256", None),
    "an EC key": (public_pem(EC), EC, "ES256", None),
    "a key set": (
        key_set((RSA, {"kid": "first", "alg": "RS256"}), (EC, {"kid": "2"})),
        RSA,
        "RS256",
        "first",
    ),
    "a set that names little": (key_set((OTHER_RSA, ENCRYPTING), (EC, {}), (RSA, {})), RSA, "RS256", None),
    "an Ed25519 key": (key_set((ED, {"kid": "ed"})), ED, "EdDSA", "ed"),
}


@pytest.mark.parametrize(("keys", "key", "algorithm", "name"), KEYS.values(), ids=KEYS.keys())
def test_web_tokens(folder, start, keys, key, algorithm, name):
    start.daemon(folder / "tda.sock")
    (folder / "keys").write_text(keys)
    environment = {
        "TDA_JWT_KEYS_FILE": str(folder / "keys"),
        "TDA_JWT_ISSUER": ISSUER,
        "TDA_JWT_AUDIENCE": AUDIENCE,
        "TDA_API_TOKENS": "plain",
    }
    base = start.gateway(folder / "tda.sock", folder / "data", environment=environment).base

    def status(token):
        return service.fetch(f"{base}/jobs", headers={"Authorization": f"Bearer {token}"}).status

    def signed(given, with_key=key, by=algorithm):
        return jwt.encode(given, with_key, by, headers={"kid": name} if name else None)

    good = signed(claims())
    assert status(good) == 200
    assert status(signed(claims(aud=["other", AUDIENCE]))) == 200
    assert status("plain") == 200
    assert service.fetch(f"{base}/jobs").status == 401

    now = int(time.time())
    # Clocks may differ by half a minute.
    assert status(signed(claims(exp=now - 5))) == 200
    assert status(signed(claims(nbf=now + 5))) == 200
    bad = [claims(exp=now - 3600), claims(nbf=now + 3600), claims(exp=None)]
    bad += [claims(iss="https://other.example"), claims(iss=None)]
    bad += [claims(aud="other"), claims(aud=None), claims(aud=[])]
    for given in bad:
        assert status(signed(given)) == 403, given
    head, body, signature = good.split(".")
    forged = [
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}",
        "a.b.c",
        "..",
        good + "x",
    ]
    forged.append(jwt.encode(claims(), None, "none"))
    forged.append(signed(claims(), "another secret that is long enough", "HS256"))
    for other in "RS256", "RS512", "PS256":
        forged.append(signed(claims(), OTHER_RSA, other))
    if algorithm != "HS256":
        # The public key taken for a secret; PyJWT refuses to do that, so by hand.
        forged.append(signed_by_hand(claims(), keys, name))
    if algorithm == "RS256":
        # The right key, but not its algorithm.
        forged.append(signed(claims(), RSA, "RS512"))
        forged.append(signed(claims(), RSA, "PS256"))
    for token in forged:
        assert status(token) == 403, token
    assert status(good) == 200


def signed_by_hand(given, secret, name):
    def text(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    header = {"alg": "HS256", "typ": "JWT", **({"kid": name} if name else {})}
    message = f"{text(json.dumps(header).encode())}.{text(json.dumps(given).encode())}"
    return f"{message}.{text(hmac.new(secret.encode(), message.encode(), hashlib.sha256).digest())}"


def test_the_keys_of_web_tokens_change_at_a_signal(folder, start):
    start.daemon(folder / "tda.sock")
    keys = folder / "keys"
    keys.write_text(key_set((RSA, {"kid": "old"})))
    environment = {"TDA_JWT_KEYS_FILE": str(keys), "TDA_JWT_ISSUER": ISSUER, "TDA_JWT_AUDIENCE": AUDIENCE}
    gateway = start.gateway(folder / "tda.sock", folder / "data", environment=environment)

    def status(key, name):
        token = jwt.encode(claims(), key, "RS256", headers={"kid": name})
        return service.fetch(f"{gateway.base}/jobs", headers={"Authorization": f"Bearer {token}"}).status

    assert (status(RSA, "old"), status(OTHER_RSA, "new")) == (200, 403)
    keys.write_text(key_set((OTHER_RSA, {"kid": "new"})))
    gateway.process.send_signal(signal.SIGHUP)
    service.wait_until(lambda: status(OTHER_RSA, "new") == 200, 60, "the new key")
    assert status(RSA, "old") == 403


@pytest.mark.parametrize("keys", ["short", "{}", '{"keys": []}', "-----BEGIN PUBLIC KEY-----", ""])
def test_bad_keys_of_web_tokens_are_named(folder, start, keys):
    (folder / "keys").write_text(keys)
    environment = {
        "TDA_HTTP_PORT": str(service.free_port()),
        "TDA_DATA_DIR": str(folder),
        "TDA_JWT_KEYS_FILE": str(folder / "keys"),
        "TDA_JWT_ISSUER": ISSUER,
        "TDA_JWT_AUDIENCE": AUDIENCE,
    }
    gateway = start.program("tda-gateway", environment=environment)
    assert gateway.process.wait(60) != 0
    assert "TDA_JWT_KEYS_FILE" in gateway.output()


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
