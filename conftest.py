"""One rule for the whole test run: where a browser is required, a browser test that was skipped has failed."""

import os
from collections.abc import Generator

import pytest


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
