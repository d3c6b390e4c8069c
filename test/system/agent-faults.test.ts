import { expect } from "chai";
import {
  inTheMiddleOf,
  postToAgent,
  queryAgentDatabase,
  runsThatAre,
} from "../support/agent-calls.ts";
import { eventually } from "../support/eventually.ts";
import { docker, systemStack } from "../support/system-stack.ts";

const agent = () => systemStack().containerId("agent");
const get = (path: string) => fetch(`${systemStack().url("agent")}${path}`);

/** The agent's process is the one it was: nothing made it start again. */
function startedAt(): string {
  return docker("inspect", "--format", "{{.State.StartedAt}} {{.RestartCount}}", agent());
}

async function healthy(...services: string[]): Promise<void> {
  const health = await systemStack().stack("health", ...services, "--wait", "--timeout", "60");
  expect(health.exitCode, health.stdout).to.equal(0);
}

describe("the agent without its database", () => {
  it("says so with a time to come again, lives on, and works when the database is back", async () => {
    const before = startedAt();
    docker("stop", systemStack().containerId("postgres"));
    try {
      const refused = await postToAgent("/v1/agent", { prompt: "Hello?" });
      expect(refused.status).to.equal(503);
      expect(Number(refused.headers.get("retry-after"))).to.be.greaterThan(0);
      expect((await get("/readyz")).status).to.equal(503);
      expect((await get("/livez")).status).to.equal(200);
    } finally {
      docker("start", systemStack().containerId("postgres"));
    }
    await healthy("postgres", "agent");

    const answered = await postToAgent("/v1/agent", { prompt: "Hello again." });

    expect(answered.status).to.equal(200);
    expect(startedAt()).to.equal(before);
  });

  it("gives the answer of a run that the database left, and records it later", async () => {
    const { answer: response } = await inTheMiddleOf(
      () => postToAgent("/v1/agent", { prompt: "Count to twenty, slowly." }),
      () => docker("stop", systemStack().containerId("postgres")),
    );
    let status: number;
    let id: string;
    try {
      const answer = await response;
      status = answer.status;
      id = ((await answer.json()) as { run_id: string }).run_id;
    } finally {
      docker("start", systemStack().containerId("postgres"));
    }
    await healthy("postgres");

    expect(status).to.equal(200);
    const stateOf = `SELECT status FROM runs WHERE id = '${id}'`;
    await eventually(() => queryAgentDatabase(stateOf) === "completed", "the run is recorded");
  });
});

describe("the agent without Phoenix", () => {
  it("answers, and is degraded in that alone", async () => {
    docker("stop", systemStack().containerId("phoenix"));
    try {
      const answer = await postToAgent("/v1/agent", { prompt: "Hello." });
      expect(answer.status).to.equal(200);
      expect(await (await get("/healthz")).json()).to.deep.include({ status: "degraded" });
      expect((await get("/readyz")).status).to.equal(200);
    } finally {
      docker("start", systemStack().containerId("phoenix"));
    }
    await healthy("phoenix");
  });
});

describe("the agent's stop", () => {
  it("lets a stream that has begun come to its end", async () => {
    const response = await postToAgent("/v1/chat/completions", {
      model: "planner",
      messages: [{ role: "user", content: "Tell me a short story." }],
      max_completion_tokens: 120,
      stream: true,
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let part = await reader.read();

    docker("kill", "--signal", "TERM", agent());
    let text = "";
    try {
      while (!part.done) {
        text += decoder.decode(part.value, { stream: true });
        part = await reader.read();
      }
    } finally {
      // Started while it still ends, it would be left stopped.
      docker("wait", agent());
      docker("start", agent());
    }
    await healthy("agent");

    expect(text).to.include('"finish_reason":"').and.to.include("data: [DONE]");
    expect(runsThatAre("running")).to.equal(0);
  });
});
