"""scripts/check-arrows finds each kind of arrow that should not be there."""

import importlib.machinery
import importlib.util
import sys

import pytest
import service

PAGE = """
| from | never reaches | because |
| --- | --- | --- |
| Shop | Engine*, Oil | shops sell |

### Oil
Depends on nothing.
### Motor
Depends on Oil.
### Shop
Depends on Motor.
"""


@pytest.fixture
def complaints(tmp_path, monkeypatch):
    """complaints(dependencies, sources, page) for the targets Oil, Motor and Shop."""
    loader = importlib.machinery.SourceFileLoader("check_arrows", str(service.ROOT / "scripts/check-arrows"))
    checker = importlib.util.module_from_spec(importlib.util.spec_from_loader("check_arrows", loader))
    monkeypatch.setitem(sys.modules, "check_arrows", checker)
    loader.exec_module(checker)
    monkeypatch.setattr(checker, "ROOT", tmp_path)

    def check(sources=None, page=PAGE, names=("Oil", "Motor", "Shop"), **dependencies):
        given = {"Motor": ["Oil"], "Shop": ["Motor"], **dependencies}
        for name, text in (sources or {}).items():
            (tmp_path / "Sources" / name).mkdir(parents=True)
            (tmp_path / "Sources" / name / "File.swift").write_text(text)
        targets = [
            {
                "name": name,
                "type": "regular",
                "dependencies": [{"byName": [each]} for each in given.get(name, [])],
            }
            for name in names
        ]
        return list(checker.complaints({"targets": targets}, page))

    return check


def test_a_wall_holds_through_other_targets(complaints):
    assert complaints() == ["Shop must never reach Oil: Shop → Motor → Oil"]


def test_all_is_well_without_the_wall(complaints):
    assert complaints(page=PAGE.replace(", Oil |", " |")) == []


def test_an_import_counts_as_an_arrow(complaints):
    page = PAGE.replace(", Oil |", " |")
    sources = {"Motor": "@preconcurrency internal import EngineKit\n", "Oil": "// import EngineKit\n"}
    assert complaints(sources, page) == ["Shop must never reach EngineKit: Shop → Motor → EngineKit"]


def test_an_import_wants_a_dependency(complaints):
    page = PAGE.replace(", Oil |", " |")
    sources = {"Shop": "public import struct Oil.Drop\n"}
    assert complaints(sources, page) == ["Sources/Shop imports Oil, on which it does not depend"]


def test_the_page_and_the_package_agree(complaints):
    page = PAGE.replace(", Oil |", " |")
    (complaint,) = complaints(page=page, Shop=["Motor", "Oil"])
    assert complaint == "docs/modules.md says that Shop depends on Motor; Package.swift says Motor, Oil"


def test_arrows_point_up(complaints):
    page = PAGE.replace(", Oil |", " |")
    found = complaints(page=page, names=("Motor", "Oil", "Shop"))
    assert "Package.swift: Motor depends on Oil, which stands below it" in found
