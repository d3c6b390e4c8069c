import { randomUUID } from "node:crypto";
import { expect } from "chai";
import {
  deleteConversation,
  inTheMiddleOf,
  postToAgent,
  queryAgentDatabase,
} from "../support/agent-calls.ts";
import { eventually } from "../support/eventually.ts";
import { spansOf, traceWith } from "../support/phoenix-spans.ts";
import { docker, systemStack } from "../support/system-stack.ts";

interface Listed {
  readonly data: readonly { readonly id: string; readonly title: string }[];
  readonly has_more: boolean;
}

const address = (path: string) => `${systemStack().url("agent")}${path}`;
const get = async <Body>(path: string) => (await (await fetch(address(path))).json()) as Body;

function ask(prompt: string, key: string): Promise<Response> {
  return postToAgent("/v1/agent", { prompt }, { "idempotency-key": key });
}

describe("conversations in Postgres", () => {
  let id: string;
  before(async () => {
    const first = await postToAgent("/v1/agent", { prompt: "My first\n question, Ada's." });
    await first.json();
    const answer = await postToAgent("/v1/agent", {
      prompt: "How late is it?",
      metadata: { tool_calls: [{ name: "current_time", args: {} }] },
    });
    ({ conversation_id: id } = (await answer.json()) as { conversation_id: string });
  });

  it("are listed by their titles, a page at a time, none twice and none left out", async () => {
    const seen: string[] = [];
    const titles: string[] = [];
    for (let after = "", more = true; more;) {
      const page = await get<Listed>(`/v1/conversations?limit=2${after}`);
      seen.push(...page.data.map((each) => each.id));
      titles.push(...page.data.map(({ title }) => title));
      more = page.has_more;
      after = `&after=${page.data.at(-1)?.id ?? ""}`;
    }

    expect(titles.slice(0, 2)).to.deep.equal(["How late is it?", "My first question, Ada's."]);
    const count = "SELECT count(*) FROM conversations WHERE user_id = 'anonymous'";
    expect(String(seen.length)).to.equal(queryAgentDatabase(count));
    expect(new Set(seen).size).to.equal(seen.length);
  });

  it("are read a page of messages at a time, and exported whole", async () => {
    interface Messages {
      readonly messages: readonly { readonly id: string; readonly role: string }[];
      readonly has_more: boolean;
    }
    const first = await get<Messages>(`/v1/conversations/${id}?limit=2`);
    const after = first.messages.at(-1)?.id ?? "";
    const rest = await get<Messages>(`/v1/conversations/${id}?after=${after}`);
    const exported = await get<Record<string, readonly object[]>>(`/v1/conversations/${id}/export`);

    const roles = ["user", "assistant", "tool", "assistant"];
    expect([...first.messages, ...rest.messages].map(({ role }) => role)).to.deep.equal(roles);
    expect([first.has_more, rest.has_more]).to.deep.equal([true, false]);
    expect(exported["messages"]).to.deep.equal([...first.messages, ...rest.messages]);
    expect(exported["runs"]?.[0]).to.include({ status: "completed", endpoint: "agent" });
    expect(exported["tool_executions"]?.[0]).to.include({ name: "current_time", status: "ok" });
  });

  it("cost their window, not their length: among 50,000 messages the last are read by the index", () => {
    const long = randomUUID();
    queryAgentDatabase(
      `INSERT INTO conversations (id, user_id) VALUES ('${long}', 'nobody');
       INSERT INTO messages (id, conversation_id, role, content)
       SELECT gen_random_uuid(), '${long}', 'user', to_jsonb(n)
         FROM generate_series(1, 50000) AS n;
       ANALYZE messages`,
    );
    try {
      const plan = queryAgentDatabase(
        `EXPLAIN SELECT role, content FROM messages WHERE conversation_id = '${long}'
            AND role IN ('user', 'assistant', 'tool') ORDER BY seq DESC LIMIT 40`,
      );

      expect(plan).to.include("messages_conversation").and.not.to.include("Sort");
    } finally {
      queryAgentDatabase(`DELETE FROM conversations WHERE id = '${long}'`);
    }
  });
});

describe("a deleted conversation", () => {
  it("leaves no word in Phoenix, LiteLLM's spans included, nor in a kept answer", async () => {
    const canary = `heron${randomUUID().slice(0, 8)}`;
    const key = randomUUID();
    const answer = (await (await ask(`Say ${canary}.`, key)).json()) as {
      conversation_id: string;
      metadata: { trace_id: string };
    };
    const { trace_id: traceId } = answer.metadata;
    const spans = await traceWith(traceId, ["agent.run", "memory.write", "litellm_request"]);
    expect(JSON.stringify(spans)).to.include(canary);

    expect(await deleteConversation(answer.conversation_id)).to.equal(200);

    const kept = `SELECT count(*) FROM idempotency_keys WHERE key = '${key}'`;
    expect(queryAgentDatabase(kept)).to.equal("0");
    const isGone = async () => (await spansOf(traceId)).length === 0;
    await eventually(isGone, "the trace is gone from Phoenix", 60_000);
  });
});

describe("an idempotency key in Postgres", () => {
  it("lets one of two requests at once begin, and gives both one answer in the end", async () => {
    const key = randomUUID();
    const both = await Promise.all([
      ask("Tell me one thing.", key),
      ask("Tell me one thing.", key),
    ]);
    const again = await ask("Tell me one thing.", key);

    expect(both.map(({ status }) => status).toSorted()).to.deep.equal([200, 409]);
    const answered = (await both.find(({ status }) => status === 200)?.json()) as object;
    expect(again.headers.get("idempotent-replayed")).to.equal("true");
    expect(await again.json()).to.deep.equal(answered);
    const run = (answered as { conversation_id: string }).conversation_id;
    const count = `SELECT count(*) FROM runs WHERE conversation_id = '${run}'`;
    expect(queryAgentDatabase(count)).to.equal("1");
  });

  it("keeps its answer over a kill -9, and is free again for a run that died with the agent", async () => {
    const [kept, cut] = [randomUUID(), randomUUID()];
    const first = (await (await ask("Say a word.", kept)).json()) as object;
    await inTheMiddleOf(
      () => ask("Say another word.", cut),
      () => docker("kill", "--signal", "KILL", systemStack().containerId("agent")),
    );
    docker("start", systemStack().containerId("agent"));
    const health = await systemStack().stack("health", "agent", "--wait", "--timeout", "60");
    expect(health.exitCode, health.stdout).to.equal(0);

    const again = await ask("Say a word.", kept);
    const free = await ask("Say another word.", cut);

    expect(again.headers.get("idempotent-replayed")).to.equal("true");
    expect(await again.json()).to.deep.equal(first);
    expect(free.status).to.equal(200);
    expect(free.headers.get("idempotent-replayed")).to.equal(null);
  });
});
