"""Two rules for the whole test run: where a browser is required, a browser test that was skipped has failed; and no law
fails because the machine was busy.
"""

import os
from collections.abc import Generator

import pytest
from hypothesis import settings

settings.register_profile("endwise", deadline=None)  # tests assert behaviour; timings belong in bench/
settings.load_profile("endwise")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    required = os.environ.get("ENDWISE_REQUIRE_BROWSER") == "1"
    if required and report.skipped and item.get_closest_marker("browser") and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = (
            f"A browser is required here (ENDWISE_REQUIRE_BROWSER=1), and this test was skipped.\n{reason}"
        )
    return report
