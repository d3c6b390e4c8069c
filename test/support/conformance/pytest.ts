import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { ProcessFailure, runProcess } from "../../../cli/os/run-process.ts";

export interface PytestRun {
  readonly python: string;
  readonly folder: string;
  readonly files: readonly string[];
  /** By how a test's name begins, and why it is not run. */
  readonly notRun: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

export interface PytestReport {
  readonly tests: readonly {
    readonly name: string;
    readonly outcome: "passed" | "failed" | "skipped";
    readonly details?: string;
  }[];
  readonly deselected: readonly string[];
}

/** Runs a suite of pytest's, and gives back what became of each of its tests. */
export async function runPytest(run: PytestRun): Promise<PytestReport> {
  const scratch = mkdtempSync(path.join(tmpdir(), "stack-pytest-"));
  const report = path.join(scratch, "report.json");
  const args = [
    ...["-m", "pytest", "-q", "--rootdir", run.folder, "-p", "report", "-p", "no:cacheprovider"],
    // The suite's own options need packages that this run does not.
    ...["-o", "addopts=", "-o", "asyncio_mode=auto"],
    // A client keeps its connections from test to test, so the loop below them has to stay as well.
    ...["-o", "asyncio_default_fixture_loop_scope=session"],
    ...["-o", "asyncio_default_test_loop_scope=session"],
    ...Object.keys(run.notRun).flatMap((name) => ["--deselect", name]),
    ...run.files,
  ];
  const environment = {
    ...process.env,
    ...run.environment,
    PYTEST_REPORT: report,
    PYTHONPATH: import.meta.dirname,
    PYTHONDONTWRITEBYTECODE: "1",
  };
  try {
    await runProcess(run.python, args, { environment, cwd: run.folder });
    return readReport(report, []);
  } catch (error) {
    // Failing tests are in the report; without one, pytest itself did not run.
    if (!(error instanceof ProcessFailure)) throw error;
    return readReport(report, error.tail);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readReport(file: string, tail: readonly string[]): PytestReport {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Error(`pytest did not run:\n${tail.join("\n")}`, { cause: error });
  }
  return JSON.parse(text) as PytestReport;
}

/** Every test passed, none was skipped, and as many were left out as the list means to. */
export function expectAllPassed(
  { tests, deselected }: PytestReport,
  counts: { readonly passed: number; readonly notRun: number },
): void {
  const others = tests.filter(({ outcome }) => outcome !== "passed");
  const told = others.map(({ name, outcome, details = "" }) => `${outcome}: ${name}\n${details}`);
  expect(told.join("\n\n")).to.equal("");
  expect({ passed: tests.length, notRun: deselected.length }).to.deep.equal(counts);
}
