import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { testApp, type TestApp } from "../support/test-app.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";

const post = [
  "POST /v1/agent HTTP/1.1",
  "host: localhost",
  "content-type: application/json",
  "content-length: 100",
].join("\r\n");

describe("a request that is never finished", () => {
  let server: ModelServer;
  let agent: TestApp;
  let port: number;
  beforeEach(async () => {
    server = await startModelServer({ turns: [{ stall: true }, { stall: true }] });
    agent = testApp(server.url, {}, { settings: { requestTimeoutMs: 300 } });
    port = Number(new URL(await agent.app.listen({ host: "127.0.0.1", port: 0 })).port);
  });
  afterEach(async () => {
    await agent.app.close();
    await server.close();
  });

  /** All that comes back until the connection is closed. */
  async function answerTo(...pieces: readonly string[]): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await delay(50);
      socket.write(piece);
    }
    return text(socket).catch((error: unknown) => String(error));
  }
  const statuses = (answer: string) =>
    [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);

  for (const [what, bytes] of [
    ["its body", `${post}\r\n\r\n{"prompt":`],
    [
      "its chunks",
      `${post.replace("content-length: 100", "transfer-encoding: chunked")}\r\n\r\n5\r\n{"pr`,
    ],
    ["its headers", post],
  ] as const) {
    it(`but for ${what} is 408 in OpenAI's envelope`, async () => {
      const answer = await answerTo(bytes);

      expect(statuses(answer)).to.deep.equal(["408"]);
      expect(answer).to.match(/x-request-id: [0-9a-f-]{36}\r\n/);
      expect(JSON.parse(answer.slice(answer.indexOf("{")))).to.deep.equal({
        error: {
          message: "The request did not arrive in time.",
          type: "invalid_request_error",
          param: null,
          code: "request_timeout",
        },
      });
    });
  }

  it("is 408 behind another one that was answered", async () => {
    const answer = await answerTo("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n", post);

    expect(statuses(answer)).to.deep.equal(["200", "408"]);
  });

  it("has one answer, where it is answered before its body is there", async () => {
    const body = "host: localhost\r\ncontent-length: 100\r\n\r\n{";

    expect(statuses(await answerTo(`GET /livez HTTP/1.1\r\n${body}`))).to.deep.equal(["200"]);
    expect(statuses(await answerTo(`POST /v1/x HTTP/1.1\r\n${body}`))).to.deep.equal(["404"]);
  });

  it("does not speak into the answer of the one before it", async () => {
    const body = JSON.stringify({ prompt: "x", stream: true });
    const whole = `${post.replace("100", String(body.length))}\r\n\r\n${body}`;

    for (const next of [post, "NONSENSE\r\n\r\n"]) {
      const answer = await answerTo(whole, next);
      expect(
        statuses(answer).filter((status) => status !== "200"),
        answer,
      ).to.deep.equal([]);
    }
  });
});
