"""docs/operations.md names metrics; the programs have to have them."""

import re

import pytest
import service

PAGE = service.ROOT / "docs/operations.md"


@pytest.mark.programs("tdad", "tda-gateway")
def test_the_gateways_metrics_on_the_page_are_those_it_serves(shared):
    base = shared.base.removesuffix("/api/v1")
    served = service.fetch(f"{base}/metrics").body.decode()
    named = set(re.findall(r"`(tda_(?:daemon|store|cache|http|jobs)[a-z_]*)`", PAGE.read_text()))
    assert named
    assert {name for name in named if f"# TYPE {name} " not in served} == set()


def test_the_bridges_metrics_on_the_page_stand_in_its_source():
    written = "".join(file.read_text() for file in (service.ROOT / "Sources").glob("*ridge*/**/*.swift"))
    named = set(
        re.findall(r"`(tda_(?:outbox|consumer|stream|dead|bridge|rebalances)[a-z_]*)`", PAGE.read_text())
    )
    assert named
    assert {name for name in named if f'"{name}"' not in written} == set()
