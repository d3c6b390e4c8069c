import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { postgresArchive } from "../../agent/adapters/postgres-archive.ts";
import { postgresConversations } from "../../agent/adapters/postgres-conversations.ts";
import { postgresIdempotency } from "../../agent/adapters/postgres-idempotency.ts";
import { postgresResponses } from "../../agent/adapters/postgres-responses.ts";
import { ProcessFailure, runProcess } from "../../cli/os/run-process.ts";
import {
  type ConformanceAgent,
  conformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { lockedPython } from "../support/conformance/python.ts";
import { type InProcessPostgres, startInProcessPostgres } from "../support/in-process-postgres.ts";

const suite = path.join(import.meta.dirname, "schemathesis");
const seed = "20261129";
const examples = process.env["SCHEMATHESIS_EXAMPLES"] ?? "25";

interface Report {
  readonly complete: boolean;
  readonly operations: { readonly total: number; readonly tested: number };
  readonly phases: Readonly<Record<string, { readonly status: string }>>;
  readonly test_cases: { readonly generated: number; readonly unique_failures: number };
  readonly failures: readonly object[];
  readonly errors: readonly object[];
}

describe("schemathesis, which makes requests of /openapi.json and holds the answers against it", () => {
  let postgres: InProcessPostgres;
  let agent: ConformanceAgent;
  before(async () => {
    postgres = await startInProcessPostgres();
    const { pool } = postgres;
    agent = await conformanceAgent(() => ({ text: "Well." }), {
      conversations: postgresConversations(pool),
      archive: postgresArchive(pool),
      idempotency: postgresIdempotency(pool, 60),
      responses: postgresResponses(pool),
    });
  });
  after(async () => {
    await agent.close();
    await postgres.close();
  });

  it("finds no failure: methods that are not served, wrong and right data, links from answer to request", async () => {
    const { report, output } = await schemathesis(agent);

    expect(report.failures, output).to.deep.equal([]);
    expect(report.errors, output).to.deep.equal([]);
    expect(report).to.deep.include({ complete: true });
    expect(report.operations.tested).to.equal(report.operations.total).and.be.at.least(12);
    const { coverage, fuzzing, stateful } = report.phases;
    for (const phase of [coverage, fuzzing, stateful]) expect(phase?.status).to.equal("success");
    expect(report.test_cases.generated).to.be.greaterThan(1000);
  });
});

async function schemathesis(agent: ConformanceAgent): Promise<{ report: Report; output: string }> {
  const scratch = mkdtempSync(path.join(tmpdir(), "stack-schemathesis-"));
  const report = path.join(scratch, "report.json");
  const args = [
    ...["-m", "schemathesis.cli", "--config-file", path.join(suite, "schemathesis.toml")],
    ...["run", agent.url.replace(/v1$/, "openapi.json")],
    ...["--header", `Authorization: Bearer ${agent.apiKey}`, "--checks", "all"],
    ...["--phases", "coverage,fuzzing,stateful", "--continue-on-failure"],
    ...["--seed", seed, "--max-examples", examples, "--generation-database", "none"],
    // A loaded machine is not a failure of the agent's.
    ...["--suppress-health-check", "too_slow", "--request-timeout", "60"],
    ...["--no-color", "--report", "json", "--report-json-path", report],
  ];
  const environment = { ...process.env, PYTHONPATH: suite, PYTHONDONTWRITEBYTECODE: "1" };
  const lines: string[] = [];
  try {
    const onLine = (line: string) => lines.push(line.slice(0, 2000));
    await runProcess(await lockedPython(), args, { environment, cwd: scratch, onLine });
  } catch (error) {
    if (!(error instanceof ProcessFailure)) throw error;
  }
  const failures = lines.findIndex((line) => /^=+ (ERRORS|FAILURES) =+$/.test(line));
  const output = lines.slice(Math.max(failures, 0)).join("\n");
  try {
    return { report: JSON.parse(readFileSync(report, "utf8")) as Report, output };
  } catch (cause) {
    throw new Error(`schemathesis did not run:\n${output}`, { cause });
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
