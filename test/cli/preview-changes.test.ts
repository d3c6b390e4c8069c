import { expect } from "chai";
import { join } from "node:path";
import { describeChanges } from "../../cli/preview-changes.ts";
import type { PlannedStep } from "../../cli/preview-steps.ts";
import { resourceTypes } from "../../cli/stack-state.ts";
import type { AppliedRecord } from "../../infra/applied-record.ts";
import { desiredStack } from "../../infra/desired-stack.ts";
import { repositorySources } from "../../infra/sources.ts";
import { desiredWith } from "../support/desired.ts";
import { settingsWith } from "../support/settings.ts";

const root = join(import.meta.dirname, "../..");

function replaceStep(name: string): PlannedStep {
  const type = resourceTypes.container;
  return { operation: "replace", subject: name, type, name, reasons: ["envs"] };
}

function reasonsFor(
  service: string,
  before: Record<string, string>,
  after: Record<string, string>,
): readonly string[] {
  const [change] = describeChanges(
    [replaceStep(service)],
    desiredWith(before).record,
    desiredWith(after).record,
    new Map(),
  );
  return change?.reasons ?? [];
}

describe("describeChanges", () => {
  it("names a port with its old and new value", () => {
    expect(reasonsFor("agent", {}, { AGENT_PORT: "9000" })).to.deep.equal(["port 8000 -> 9000"]);
  });

  it("names a variable with both values, and a secret one without", () => {
    expect(reasonsFor("agent", {}, { LOG_LEVEL: "debug" })).to.deep.equal([
      "LOG_LEVEL info -> debug",
    ]);
    expect(
      reasonsFor("agent", { AGENT_API_KEYS: "old-secret" }, { AGENT_API_KEYS: "new-secret" }),
    ).to.deep.equal(["AGENT_API_KEYS changed (secret)"]);
  });

  it("names an edited configuration file", () => {
    expect(reasonsFor("litellm", {}, { PLANNER_RPM: "10" })).to.deep.equal([
      "/etc/litellm/config.yaml edited",
    ]);
  });

  it("names a changed health check once, and not the wait that derives from it", () => {
    expect(reasonsFor("qdrant", {}, { HEALTH_INTERVAL: "9" })).to.deep.equal([
      "healthcheck changed",
    ]);
  });

  it("names source that is mounted from the clone, and that it no longer is", () => {
    const { record } = desiredWith();
    const live = desiredStack(settingsWith(), "test", repositorySources(root), {
      mountFrom: "/home/ada/clone",
    }).record;
    const reasons = (before: AppliedRecord, after: AppliedRecord) =>
      describeChanges([replaceStep("agent")], before, after, new Map())[0]?.reasons;

    expect(reasons(record, live)).to.deep.equal([
      "command changed",
      "runs from /home/ada/clone/agent",
    ]);
    expect(reasons(live, record)).to.deep.equal([
      "command changed",
      "no longer runs from /home/ada/clone/agent",
    ]);
  });

  it("says that data is kept where there is any", () => {
    const { record } = desiredWith();
    const steps = [replaceStep("postgres"), replaceStep("embeddings")];

    const risks = describeChanges(steps, record, record, new Map()).map(({ risk }) => risk);

    expect(risks).to.deep.equal([
      "Unavailable until it is healthy again; its data is kept.",
      "Unavailable until it is healthy again.",
    ]);
  });

  it("adds what up would repair, which the engine does not know of", () => {
    const { record } = desiredWith();
    const gone = new Map([
      ["agent", "missing"],
      ["qdrant", "stopped (exit 137)"],
    ]);

    const changes = describeChanges([], record, record, gone);

    expect(
      changes.map(({ action, subject, reasons }) => [action, subject, ...reasons]),
    ).to.deep.equal([
      ["create", "agent", "missing"],
      ["replace", "qdrant", "stopped (exit 137)"],
    ]);
  });

  it("falls back on the engine's own names where the record shows no difference", () => {
    const { record } = desiredWith();

    const [change] = describeChanges([replaceStep("agent")], record, record, new Map());

    expect(change?.reasons).to.deep.equal(["envs"]);
  });
});
