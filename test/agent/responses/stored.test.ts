import { expect } from "chai";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import type { Turn } from "../../support/model-turn.ts";
import { responseCalls } from "../../support/response-calls.ts";
import { testApp, type TestApp } from "../../support/test-app.ts";

const headers = { host: "localhost" };

describe("a response that is kept", () => {
  let server: ModelServer;
  let agent: TestApp;
  afterEach(() => server.close());
  async function start(turns: readonly Turn[]) {
    server = await startModelServer({ turns });
    agent = testApp(server.url);
    return responseCalls(agent.app);
  }

  it("is what was answered", async () => {
    const calls = await start([{ text: "Late." }]);
    const { body } = await calls.create({ input: "x" });

    expect((await calls.get(body.id)).body).to.deep.equal(body);
  });

  it("is streamed again, each item in one piece; to who has seen some of it, the end alone", async () => {
    const calls = await start([
      { text: "See", calls: [{ name: "current_time", args: "{}" }] },
      { text: "It is late.", calls: [{ name: "open_door", args: "{}" }] },
    ]);
    const { body } = await calls.create({
      input: "x",
      tools: [{ type: "function", name: "open_door" }],
    });

    const all = await calls.watch(body.id);
    const rest = await calls.watch(body.id, "&starting_after=7");

    const deltas = all.filter(({ type }) => type === "response.output_text.delta");
    expect(deltas.map((event) => event["delta"])).to.deep.equal(["See", "It is late."]);
    expect(all.map((event) => event.sequence_number)).to.deep.equal([...all.keys()]);
    expect(all.at(-1)).to.deep.include({ type: "response.completed", response: body });
    expect(rest).to.deep.equal([
      {
        name: "response.completed",
        type: "response.completed",
        response: body,
        sequence_number: 8,
      },
    ]);
  });

  it("shows the items that it was asked with, in pages, the last first", async () => {
    const calls = await start([{ text: "Late." }]);
    const input = [
      { role: "user", content: "a" },
      { type: "message", role: "assistant", content: "b", id: "msg_own" },
      { role: "user", content: [{ type: "input_text", text: "c" }] },
    ];
    const { body } = await calls.create({ input });
    const page = async (query: string) => {
      const url = `/v1/responses/${body.id}/input_items${query}`;
      return (await agent.app.inject({ url, headers })).json<{
        readonly data: readonly { readonly id: string }[];
        readonly last_id: string;
        readonly has_more: boolean;
      }>();
    };

    const first = await page("?limit=2");
    const second = await page(`?limit=2&after=${first.last_id}`);
    const inOrder = await page("?order=asc");

    expect([first.has_more, second.has_more]).to.deep.equal([true, false]);
    expect([...first.data, ...second.data]).to.deep.equal(inOrder.data.toReversed());
    expect(inOrder.data[1]).to.deep.equal({
      type: "message",
      role: "assistant",
      id: "msg_own",
      status: "completed",
      content: [{ type: "output_text", text: "b" }],
    });
    expect(inOrder.data[0]?.id).to.match(/^msg_[0-9a-f]{32}$/);
  });

  it("is deleted by itself, and with its conversation", async () => {
    const calls = await start([{ text: "One." }, { text: "Two." }]);
    const first = await calls.create({ input: "a" });
    const second = await calls.create({ input: "b", previous_response_id: first.body.id });

    await calls.remove(first.body.id);
    const url = `/v1/conversations/${second.body.conversation?.id ?? ""}`;
    await agent.app.inject({ method: "DELETE", url, headers });

    expect((await calls.get(first.body.id)).status).to.equal(404);
    expect((await calls.get(second.body.id)).status).to.equal(404);
    expect((await calls.remove(second.body.id)).error.code).to.equal("response_not_found");
  });

  it("is given again under its idempotency key, with the names of its events", async () => {
    await start([{ text: "Once." }]);
    const ask = () =>
      agent.app.inject({
        method: "POST",
        url: "/v1/responses",
        headers: { ...headers, "idempotency-key": "k" },
        payload: { input: "x", stream: true },
      });

    const first = await ask();
    const second = await ask();

    expect(second.headers["idempotent-replayed"]).to.equal("true");
    expect(second.body).to.equal(first.body);
    expect(first.body).to.include("event: response.completed\n");
  });
});
