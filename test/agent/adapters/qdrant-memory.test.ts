import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { expect } from "chai";
import { qdrantMemory } from "../../../agent/adapters/qdrant-memory.ts";

const scope = { userId: "ada", conversationId: "c" };
const never = new AbortController().signal;

describe("forgetting", () => {
  let server: Server | undefined;
  afterEach(async () => {
    server?.close();
    if (server) await once(server, "close");
  });

  /** A Qdrant that answers everything so. */
  async function qdrantThatAnswers(status: number, body: object) {
    const started = createServer((_request, response) => {
      response.writeHead(status, { "content-type": "application/json", connection: "close" });
      response.end(JSON.stringify(body));
    });
    server = started.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = started.address() as { port: number };
    return qdrantMemory({ url: `http://127.0.0.1:${port}`, apiKey: undefined, alias: "memory" });
  }
  const failureOf = (action: Promise<void>) =>
    action.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("is done where there is no collection yet: nothing was ever remembered", async () => {
    const error = "Not found: Collection `memory` doesn't exist!";
    const memory = await qdrantThatAnswers(404, { status: { error }, time: 0.1 });

    expect(await failureOf(memory.removeConversation(scope, never))).to.equal(undefined);
    expect(await failureOf(memory.removeMessages(["m"], never))).to.equal(undefined);
  });

  it("and finding are nothing where there is no collection", async () => {
    const error = "Not found: Collection `memory` doesn't exist!";
    const memory = await qdrantThatAnswers(404, { status: { error }, time: 0.1 });

    expect(await memory.search([1], scope, 5, never)).to.deep.equal([]);
  });

  it("fails where something else answers 404", async () => {
    const memory = await qdrantThatAnswers(404, { message: "no such route" });

    expect(await failureOf(memory.removeConversation(scope, never))).to.include({ code: "memory" });
  });

  it("fails where Qdrant does", async () => {
    const memory = await qdrantThatAnswers(500, { status: { error: "disk" } });

    expect(await failureOf(memory.removeConversation(scope, never))).to.include({ code: "memory" });
  });
});
