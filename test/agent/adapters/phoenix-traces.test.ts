import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import { phoenixTraces } from "../../../agent/adapters/phoenix-traces.ts";

const never = new AbortController().signal;

/** That the real one does so is in test/system/conversations.test.ts. */
describe("erasing traces in Phoenix", () => {
  let server: Server | undefined;
  let asked: string[];
  beforeEach(() => {
    asked = [];
  });
  afterEach(async () => {
    server?.close();
    if (server) await once(server, "close");
    server = undefined;
  });

  async function phoenixThatAnswers(status: number, body = "") {
    const started = createServer((request, response) => {
      void text(request).then((sent) => {
        asked.push(`${request.method ?? ""} ${request.url ?? ""} ${sent}`.trim());
        response.writeHead(status, { connection: "close" }).end(body);
      });
    });
    server = started.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = started.address() as { port: number };
    return phoenixTraces(`http://127.0.0.1:${port}`, "agent-stack");
  }
  const failureOf = (action: Promise<void>) =>
    action.then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );

  it("removes the session, and each trace wherever it was filed", async () => {
    const phoenix = await phoenixThatAnswers(204);

    await phoenix.erase({ traceIds: ["aa", "bb"], sessionId: "c" }, never);
    await phoenix.erase({ traceIds: ["aa"], sessionId: undefined }, never);

    expect(asked).to.deep.equal([
      'POST /v1/sessions/delete {"session_identifiers":["c"]}',
      "DELETE /v1/traces/aa",
      "DELETE /v1/traces/bb",
      "DELETE /v1/traces/aa",
    ]);
  });

  it("removes what began before a time, of one project", async () => {
    const phoenix = await phoenixThatAnswers(204);

    await phoenix.eraseBefore(new Date("2026-01-02T03:04:05Z"), never);

    expect(asked).to.deep.equal([
      "DELETE /v1/projects/agent-stack/traces?start_time=1970-01-01T00%3A00%3A00Z&end_time=2026-01-02T03%3A04%3A05.000Z",
    ]);
  });

  for (const said of [
    "Trace with trace_id 'aa' not found",
    "Project with name agent-stack not found",
  ]) {
    it(`is done where there is nothing: ${said}`, async () => {
      const phoenix = await phoenixThatAnswers(404, said);

      expect(await failureOf(phoenix.erase({ traceIds: ["aa"], sessionId: "c" }, never))).to.equal(
        undefined,
      );
      expect(await failureOf(phoenix.eraseBefore(new Date(), never))).to.equal(undefined);
    });
  }

  for (const [status, said] of [
    [404, '{"detail":"Not Found"}'],
    [405, "Method Not Allowed"],
    [401, "Invalid token"],
    [500, ""],
    [507, "Insufficient storage"],
  ] as const) {
    it(`fails where Phoenix answers ${status} ${said}`, async () => {
      const phoenix = await phoenixThatAnswers(status, said);

      const erase = failureOf(phoenix.erase({ traceIds: ["aa"], sessionId: undefined }, never));
      expect(await erase).to.equal(`Phoenix answered ${status}.`);
    });
  }
});
