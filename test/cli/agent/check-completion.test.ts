import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { expect } from "chai";
import { checkCompletion } from "../../../cli/agent/check-completion.ts";
import { thisMachine } from "../../../cli/docker/host/engine-machine.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { desiredWith } from "../../support/desired.ts";
import { settingsWith } from "../../support/settings.ts";

const unwatched = { report: () => undefined, signal: new AbortController().signal };

describe("a question through LiteLLM", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  const settings = settingsWith({ PLANNER_API_KEY: "the-providers-secret-key" });

  /** A LiteLLM that answers so, and the keys and questions that it was sent. */
  async function litellm(status: number, body: object, headers: Record<string, string> = {}) {
    const keys: string[] = [];
    const questions: { max_tokens: number }[] = [];
    const server = createServer((request, response) => {
      keys.push(request.headers.authorization ?? "");
      void json(request).then((question) => {
        questions.push(question as { max_tokens: number });
        response.writeHead(status, headers).end(JSON.stringify(body));
      });
    }).listen(0, "127.0.0.1");
    servers.push(server);
    await once(server, "listening");
    return { port: String((server.address() as AddressInfo).port), keys, questions };
  }

  async function refusalAt(port: string): Promise<StackError> {
    const asked = checkCompletion(
      desiredWith({ LITELLM_PORT: port }),
      settings,
      thisMachine,
      unwatched,
    );
    const error: unknown = await asked.catch((reason: unknown) => reason);
    if (error instanceof StackError) return error;
    throw new Error("it was answered");
  }

  it("gives the model's answer, asked with the master key, and the deployment by its name", async () => {
    const answer = { model: "planner", choices: [{ message: { content: " Ready. " } }] };
    const { port, keys } = await litellm(200, answer, { "x-litellm-model-name": "openai/gpt" });

    const desired = desiredWith({ LITELLM_PORT: port });
    const completion = await checkCompletion(desired, settings, thisMachine, unwatched);

    expect(completion).to.deep.include({ model: "openai/gpt", text: "Ready." });
    expect(keys).to.deep.equal([`Bearer ${settings.LITELLM_MASTER_KEY}`]);
  });

  it("fails where the answer has no text, and leaves room for a model that thinks first", async () => {
    const message = { content: null, reasoning_content: "The user wants one word, so" };
    const { port, questions } = await litellm(200, {
      model: "qwen3",
      choices: [{ message, finish_reason: "length" }],
    });

    const error = await refusalAt(port);

    expect(error.message).to.include("qwen3").and.to.include("without any text");
    expect(error.remedy).to.include("PLANNER_MAX_TOKENS");
    expect(questions[0]?.max_tokens).to.be.at.least(1000);
  });

  it("fails on a page that is not a completion, though its status is 200", async () => {
    const { port } = await litellm(200, { status: "signed in" });

    expect((await refusalAt(port)).details).to.deep.equal(['{"status":"signed in"}']);
  });

  it("shows the provider's own words without a secret, and what to correct", async () => {
    const message = "Incorrect API key: the-providers-secret-key\nSee your account.";
    const { port } = await litellm(401, { error: { message } });

    const { details, remedy } = await refusalAt(port);

    expect(details).to.deep.equal(["Incorrect API key: [secret]", "See your account."]);
    expect(remedy).to.include("PLANNER_API_KEY").and.to.include("./stack logs litellm");
  });

  it("points at limits where the provider is out of patience", async () => {
    const { port } = await litellm(429, { error: { message: "Budget has been exceeded" } });

    expect((await refusalAt(port)).remedy).to.include("PLANNER_MAX_BUDGET");
  });

  it("ends at Ctrl-C, and says that the stack is up all the same", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    servers.push(silent);
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const interrupt = new AbortController();
    silent.once("request", () => {
      interrupt.abort();
    });
    const desired = desiredWith({ LITELLM_PORT: String(port) });
    const error: unknown = await checkCompletion(desired, settings, thisMachine, {
      ...unwatched,
      signal: interrupt.signal,
    }).catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(StackError).and.to.have.property("exitCode", 130);
    expect((error as StackError).remedy).to.include("The stack itself is up");
  });

  it("says so when nothing answers", async () => {
    const { port } = await litellm(200, {});
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, "close");
    }

    expect((await refusalAt(port)).message).to.include("does not answer");
  });
});
