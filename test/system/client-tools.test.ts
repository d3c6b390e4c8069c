import { expect } from "chai";
import pg from "pg";
import { postgresConversations } from "../../agent/adapters/postgres-conversations.ts";
import { testApp } from "../support/test-app.ts";
import { readFromEnvFile } from "../support/env-file.ts";
import { scriptedModel, type ScriptedModel } from "../support/scripted-model.ts";
import { systemStack } from "../support/system-stack.ts";

const question = { role: "user", content: "Open door 1 at noon." };
const askTime = { calls: [{ name: "current_time", args: "{}" }] };
const askDoor = (which: number) => ({
  calls: [{ name: "open_door", args: `{"which": ${which}}` }],
});
/** As the client sends them back: spelled its own way, and, by this server, all with one id. */
const door = (which: number) => [
  {
    role: "assistant",
    content: null,
    tool_calls: [
      {
        id: "call_0",
        type: "function",
        function: { name: "open_door", arguments: `{"which":${which}}` },
      },
    ],
  },
  { role: "tool", tool_call_id: "call_0", content: "opened" },
];

describe("what our tools found before a client's own were asked for", () => {
  let model: ScriptedModel;
  let pool: pg.Pool;
  before(() => {
    const password = readFromEnvFile(systemStack().clone, "AGENT_DB_PASSWORD");
    const port = readFromEnvFile(systemStack().clone, "POSTGRES_PORT");
    pool = new pg.Pool({
      connectionString: `postgresql://agent:${password}@127.0.0.1:${port}/agent`,
    });
  });
  after(async () => {
    await model.close();
    await pool.end();
  });

  it("is found in Postgres by the calls alone, for its owner only", async () => {
    const turns = [askTime, askDoor(1), askTime, askDoor(2), { text: "Both." }, { text: "No." }];
    model = await scriptedModel(...turns);
    const { app } = testApp(
      model.baseUrl,
      { AGENT_API_KEYS: "key-one,key-two" },
      { conversations: postgresConversations(pool) },
    );
    const ask = async (messages: readonly object[], key = "key-one") => {
      const response = await app.inject({
        method: "POST",
        url: "/v1/chat/completions",
        headers: { authorization: `Bearer ${key}` },
        payload: {
          model: "planner",
          messages,
          tools: [{ type: "function", function: { name: "open_door", parameters: {} } }],
        },
      });
      expect(response.statusCode, response.body).to.equal(200);
    };
    const transcript = [question, ...door(1), ...door(2)];
    await ask([question]);
    await ask([question, ...door(1)]);
    await ask(transcript);
    await ask(transcript, "key-two");

    const told = model.received
      .slice(-2)
      .map(({ messages }) =>
        (messages as { role: string; tool_calls?: { function: { name: string } }[] }[]).map(
          ({ role, tool_calls: calls }) => calls?.[0]?.function.name ?? role,
        ),
      );
    const round = ["current_time", "tool", "open_door", "tool"];
    expect(told[0]).to.deep.equal(["user", ...round, ...round]);
    expect(told[1]).to.deep.equal(["user", "open_door", "tool", "open_door", "tool"]);
  });
});
