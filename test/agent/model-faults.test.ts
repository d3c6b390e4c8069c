import { expect } from "chai";
import { agentLogger } from "../../agent/startup/agent-logger.ts";
import { testApp, type TestApp } from "../support/test-app.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import { refusals, type Turn } from "../support/model-turn.ts";

type Path = "/v1/agent" | "/v1/chat/completions";

interface Fault {
  readonly what: string;
  readonly turn: Turn;
  readonly status: number;
  readonly code: string;
  /** Whether text has come before it, so that a watching client has its 200 already. */
  readonly midway?: boolean;
}

const begun = { text: "Half an answer" };
const faults: readonly Fault[] = [
  { what: "a wrong key", turn: refusals.wrongKey, status: 502, code: "upstream_unauthorized" },
  { what: "a rate limit", turn: refusals.rateLimit(9), status: 429, code: "rate_limit_exceeded" },
  { what: "a failure", turn: refusals.failure, status: 502, code: "upstream" },
  {
    what: "too long a context",
    turn: refusals.tooLong,
    status: 400,
    code: "context_length_exceeded",
  },
  { what: "silence at first", turn: { stall: true }, status: 504, code: "upstream_timeout" },
  {
    what: "silence midway",
    turn: { ...begun, then: "stall" },
    status: 504,
    code: "upstream_timeout",
    midway: true,
  },
  ...(["cut", "bad JSON", "error event"] as const).map((then): Fault => ({
    what: `${then} midway`,
    turn: { ...begun, then },
    status: 502,
    code: "upstream_interrupted",
    midway: true,
  })),
  {
    what: "an answer of nothing, as LiteLLM makes of what is none",
    turn: { text: "", usage: { prompt_tokens: 3, completion_tokens: 0, total_tokens: 3 } },
    status: 502,
    code: "upstream_empty",
  },
  {
    what: "an event without end",
    turn: { raw: `data: ${"x".repeat(4_000_000)}` },
    status: 502,
    code: "upstream_too_large",
  },
  {
    what: "an error without end",
    turn: { raw: "x".repeat(4_000_000), contentType: "application/json" },
    status: 502,
    code: "upstream_too_large",
  },
  { what: "no JSON at all", turn: { raw: "data: {\n\n" }, status: 502, code: "upstream" },
];
const bodies: Readonly<Record<Path, object>> = {
  "/v1/agent": { prompt: "Tell me a secret." },
  "/v1/chat/completions": {
    model: "planner",
    messages: [{ role: "user", content: "Tell me a secret." }],
  },
};

describe("a client of the agent, when the model's server fails with", () => {
  let server: ModelServer;
  let parts: TestApp;
  let address: string;
  let log = "";
  const logger = agentLogger("trace", { write: (line) => (log += line) });

  async function start(...turns: Turn[]): Promise<void> {
    server = await startModelServer({ turns });
    parts = testApp(server.url, {}, { logger });
    address = await parts.app.listen({ port: 0, host: "127.0.0.1" });
  }
  afterEach(async () => {
    parts.app.server.closeAllConnections();
    await parts.app.close();
    await server.close();
    log = "";
  });
  const post = (path: Path, more: object = {}) =>
    fetch(`${address}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ ...bodies[path], ...more }),
    });

  /** The agent lives, its run is closed as failed, nothing was said where it must not be. */
  async function isAsBefore(path: Path): Promise<void> {
    expect(parts.conversations.finished.map(({ status }) => status)).to.deep.equal(["failed"]);
    expect(log).not.to.match(/secret|Half an answer|key-for-the-model/);
    server.add({ text: "Fine again." });
    expect((await post(path)).status).to.equal(200);
  }

  for (const path of Object.keys(bodies) as Path[]) {
    for (const { what, turn, status, code, midway = false } of faults) {
      it(`${what}, gets ${status} ${code} from ${path}`, async () => {
        await start(turn);

        const response = await post(path);

        expect(response.status).to.equal(status);
        expect(response.headers.get("retry-after")).to.equal(status === 429 ? "9" : null);
        const { error } = (await response.json()) as { error: object };
        expect(error).to.include({ code }).and.to.have.keys("message", "type", "param", "code");
        await isAsBefore(path);
      });

      it(`${what}, gets ${midway ? "an error event" : status} from a stream of ${path}`, async () => {
        await start(turn);

        const response = await post(path, { stream: true });
        const text = await response.text();

        expect(response.status).to.equal(midway ? 200 : status);
        expect(text).not.to.include("[DONE]");
        const last = midway ? (text.trim().split("\n\ndata: ").at(-1) ?? "") : text;
        expect((JSON.parse(last) as { error: object }).error).to.include({ code });
        if (midway) expect(text).to.match(/Half .*an .*answer/s);
        await isAsBefore(path);
      });
    }
  }

  it("an end of its script, is told of a failure, and the script's own words stay inside", async () => {
    await start();

    const response = await post("/v1/agent");

    expect(response.status).to.equal(502);
    expect(await response.text()).not.to.include("script");
    expect(server.requests).to.have.length(1);
  });

  it("a failure after a tool has run, still gets it, and the tool's run is recorded", async () => {
    await start({ calls: [{ name: "current_time", args: "{}" }] }, refusals.failure);

    const response = await post("/v1/agent");

    expect(response.status).to.equal(502);
    expect(parts.conversations.finished[0]?.executions.map(({ name }) => name)).to.deep.equal([
      "current_time",
    ]);
  });
});
