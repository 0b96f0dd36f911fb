"""What every test shares: Hypothesis profiles, needed programs, sample files."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# No deadline: a shared machine pauses when it likes, and nothing is asserted on a clock.
settings.register_profile("dev", deadline=None)
# `ci` draws the same examples every time, so that a failure belongs to the change it came with.
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=200,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci" if os.environ.get("CI", "").lower() in {"1", "true"} else "dev")


def find_program(name: str) -> Path:
    """Return the path of a program, or end the test that needs it.

    Without the program the test is skipped.
    Where `EVLEDGER_REQUIRE_SERVICES=1` promises that it is there, the test fails.
    """
    if found := shutil.which(name):
        return Path(found)
    reason = f"the program {name!r} is not on PATH"
    if os.environ.get("EVLEDGER_REQUIRE_SERVICES") == "1":
        pytest.fail(f"{reason}, though EVLEDGER_REQUIRE_SERVICES=1", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def require() -> Callable[[str], Path]:
    """Give `find_program`: a test asks it for the program it needs, by name."""
    return find_program


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder `shared/` of samples beside the checkout, or skip where there is none."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip("there is no folder shared/ beside the checkout")
    return folder
