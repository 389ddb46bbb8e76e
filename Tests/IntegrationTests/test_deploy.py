"""What `deploy/` holds, checked as far as that goes without an engine and without starting services."""

import os
import re
import shutil
import subprocess

import pytest
import service
import yaml

DOCKER = service.ROOT / "deploy/docker"
SERVICES = ["tdad", "tda-gateway", "tda-bridge"]
# Settings of other programs in the compose file, of Kafka's and the registry's images above all.
OURS = ["tdad", "gateway", "bridge"]


@pytest.fixture
def units(folder):
    """The folder of the installed units, which start programs that are there."""
    environment = {**os.environ, "PREFIX": str(folder)}
    subprocess.run(
        [service.ROOT / "scripts/install", "units"], env=environment, check=True, capture_output=True
    )
    (folder / "bin").mkdir()
    for program in SERVICES:
        shutil.copy("/bin/true", folder / "bin" / program)
    return folder / "lib/systemd/system"


def analyze(units, *arguments):
    # The colon at the end: and where systemd's own units are.
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"}
    return subprocess.run(["systemd-analyze", *arguments], env=environment, capture_output=True, text=True)


needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")


@needs_systemd
@pytest.mark.parametrize("unit", ["tdad.socket", *(f"{name}.service" for name in SERVICES)])
def test_systemd_finds_nothing_wrong_with_our_units(units, unit):
    verified = analyze(units, "verify", "--recursive-errors=no", str(units / unit))
    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_services_are_locked_down(units, name):
    rated = analyze(units, "security", "--offline=true", "--no-pager", str(units / f"{name}.service"))
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", rated.stdout)
    assert exposure, rated.stdout + rated.stderr
    assert float(exposure[1]) <= 2


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DOCKER / "compose.yaml").read_text())


@pytest.mark.programs("tdad", "tda-gateway", "tda-bridge")
def test_the_compose_file_sets_only_what_our_programs_know(compose):
    for name in OURS:
        program = name if name == "tdad" else f"tda-{name}"
        help_text = subprocess.run(
            [service.PROGRAMS / program, "--help"], capture_output=True, text=True, check=True
        ).stdout
        for setting in compose["services"][name]["environment"]:
            assert f"[{setting}]" in help_text, f"{program} has no setting {setting}"


def test_every_image_of_ours_has_its_stage(compose):
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE))
    targets = {each["build"]["target"] for each in compose["services"].values() if "build" in each}
    assert targets == stages - {"build", "runtime"}


def test_every_volume_and_dependency_is_declared(compose):
    services = compose["services"]
    for name, each in services.items():
        for volume in each.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"], f"{name}: {volume}"
        assert set(each.get("depends_on", {})) <= services.keys(), name
