"""A pytest plugin that writes what became of every test, as JSON, to the file PYTEST_REPORT names."""

import json
import os

tests = {}
deselected = []


def pytest_deselected(items):
    deselected.extend(item.nodeid for item in items)


def pytest_runtest_logreport(report):
    known = tests.get(report.nodeid, {"outcome": "passed"})
    if report.when == "call" or report.outcome != "passed":
        # A failure in the setup or after the test is the test's own.
        if known["outcome"] != "failed":
            known = {"outcome": report.outcome, "details": report.longreprtext[-2000:]}
    tests[report.nodeid] = known


def pytest_sessionfinish():
    listed = [{"name": name, **each} for name, each in tests.items()]
    with open(os.environ["PYTEST_REPORT"], "w", encoding="utf-8") as file:
        json.dump({"tests": listed, "deselected": deselected}, file)
