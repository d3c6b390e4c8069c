import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { json } from "node:stream/consumers";
import { expect } from "chai";
import { fallbackOf } from "../../../../cli/agent/smoke/check-answer.ts";
import { runSmoke, type SmokeResult } from "../../../../cli/agent/smoke/run-smoke.ts";
import { smokeRequests } from "../../../../cli/agent/smoke/smoke-requests.ts";

/** Answers as the agent does, and as Phoenix does, but for what `lacking` takes away. */
class FakeStack {
  readonly #server: Server;
  /** The keys that it was sent. */
  readonly keys: (string | undefined)[] = [];
  /** A trace's spans are not there at the first look. */
  readonly #looks = new Map<string, number>();
  #traces = 0;

  constructor(lacking: "nothing" | "tool" | "echo" | "everything" = "nothing") {
    this.#server = createServer((request, response) => {
      const url = new URL(request.url ?? "", "http://localhost");
      const send = (status: number, body: unknown) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      };
      const traceId = url.searchParams.get("trace_id");
      if (traceId !== null) {
        const looks = (this.#looks.get(traceId) ?? 0) + 1;
        this.#looks.set(traceId, looks);
        const kinds = looks > 1 ? ["AGENT", "LLM", "TOOL"] : ["AGENT"];
        send(200, { data: kinds.map((span_kind) => ({ span_kind })) });
        return;
      }
      this.keys.push(request.headers.authorization);
      if (lacking === "everything") {
        send(503, { error: { message: "The agent's database is away." } });
        return;
      }
      void json(request).then((sent) => {
        const { prompt = "Confirm that requests flow through the agent." } = sent as {
          prompt?: string;
        };
        send(200, {
          response: "Fine.",
          choices: [{ message: { role: "assistant", content: "Fine." } }],
          conversation_id: "c",
          messages: lacking === "echo" ? [] : [{ role: "user", content: prompt }],
          metadata: {
            trace_id: `t${++this.#traces}`,
            tool_executions: lacking === "tool" ? [] : [{ name: "web_search" }],
          },
        });
      });
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}

async function smoke(stack: FakeStack, withPhoenix = true, key?: string): Promise<SmokeResult[]> {
  const address = await stack.listen();
  const target = {
    agent: address,
    phoenix: withPhoenix ? address : undefined,
    agentKey: key,
  };
  try {
    return await runSmoke(target, smokeRequests, {
      report: () => undefined,
      signal: new AbortController().signal,
    });
  } finally {
    await stack.close();
  }
}

describe("smoke", () => {
  it("says which model answered in place of one that fails, and the request passes", () => {
    const metadata = { model: "openai/local", requested_model: "planner", fallback: true };

    expect(fallbackOf({ metadata })).to.equal("openai/local");
    expect(fallbackOf({ model: "openai/local", metadata: { fallback: "true" } })).to.equal(
      "openai/local",
    );
    expect(fallbackOf({ metadata: { ...metadata, fallback: false } })).to.equal(undefined);
  });

  it("is content with answers as the runbook promises them, and waits for their spans", async () => {
    const results = await smoke(new FakeStack());

    expect(results.map(({ ok }) => ok)).to.deep.equal([true, true, true]);
    expect(results[2]?.spans).to.deep.equal(["AGENT", "LLM", "TOOL"]);
  });

  it("ends at Ctrl-C, in the wait for spans that never come", async () => {
    const phoenix = createServer((_request, response) => {
      response.end(JSON.stringify({ data: [] }));
    }).listen(0, "127.0.0.1");
    await once(phoenix, "listening");
    const { port } = phoenix.address() as { port: number };
    const agent = new FakeStack();
    const interrupt = new AbortController();
    phoenix.once("request", () => {
      interrupt.abort();
    });
    const began = Date.now();
    const target = {
      agent: await agent.listen(),
      phoenix: `http://127.0.0.1:${port}`,
      agentKey: undefined,
    };
    const { signal } = interrupt;
    const outcome: unknown = await runSmoke(target, smokeRequests, {
      report: () => undefined,
      signal,
    }).catch((error: unknown) => error);
    await agent.close();
    phoenix.closeAllConnections();
    phoenix.close();

    expect(outcome).to.have.property("name", "AbortError");
    expect(Date.now() - began).to.be.lessThan(5_000);
  });

  it("names what an answer lacks", async () => {
    const withoutTool = await smoke(new FakeStack("tool"));
    const withoutEcho = await smoke(new FakeStack("echo"));

    expect(withoutTool.map(({ ok }) => ok)).to.deep.equal([true, true, false]);
    expect(withoutTool[2]?.problems).to.deep.equal(["its metadata shows no run of web_search"]);
    expect(withoutEcho[0]?.problems).to.deep.equal(["its messages do not echo the prompt"]);
  });

  it("shows what the agent answered in place of a result", async () => {
    const [first] = await smoke(new FakeStack("everything"));

    expect(first?.status).to.equal(503);
    expect(first?.problems.join()).to.include("database is away");
  });

  it("checks no traces where there is no Phoenix", async () => {
    const results = await smoke(new FakeStack(), false);

    expect(results.every(({ ok, spans }) => ok && spans === undefined)).to.equal(true);
  });

  it("sends the caller's key where one is set", async () => {
    const [open, closed] = [new FakeStack(), new FakeStack()];
    await smoke(open, false);
    await smoke(closed, false, "key-1");

    expect(open.keys).to.deep.equal([undefined, undefined, undefined]);
    expect(closed.keys[0]).to.equal("Bearer key-1");
  });
});
