import { expect } from "chai";
import { deleteConversation, postToAgent } from "../support/agent-calls.ts";
import { isRemembered, pointsOf, waitingOf } from "../support/remembered.ts";
import { docker, systemStack } from "../support/system-stack.ts";

interface Answer {
  readonly conversation_id: string;
  readonly run_id: string;
  readonly metadata: {
    readonly memory: { readonly status: string; readonly hits: number };
  };
}

async function say(prompt: string, more: object = {}): Promise<Answer> {
  const response = await postToAgent("/v1/agent", { prompt, ...more });
  expect(response.status).to.equal(200);
  return (await response.json()) as Answer;
}

describe("the agent's memory, with real embeddings", () => {
  it("recalls in another conversation what was said in one, when it is asked to", async () => {
    const told = await say("My boat is called the Curious Heron.");
    await isRemembered(told.conversation_id);

    const asked = await say("What is the name of my boat?", { metadata: { memory: "user" } });

    expect(asked.conversation_id).not.to.equal(told.conversation_id);
    expect(asked.metadata.memory.status).to.equal("ok");
    expect(asked.metadata.memory.hits).to.be.at.least(1);
    expect(await pointsOf(told.conversation_id)).to.be.at.least(1);
  });

  it("forgets a conversation that is deleted", async () => {
    const told = await say("The door's code is four zero two.");
    await isRemembered(told.conversation_id);
    expect(await pointsOf(told.conversation_id)).to.be.at.least(1);

    expect(await deleteConversation(told.conversation_id)).to.equal(200);

    expect(await pointsOf(told.conversation_id)).to.equal(0);
  });

  it("loses nothing while Qdrant is stopped, and answers all the same", async () => {
    docker("stop", systemStack().containerId("qdrant"));
    let told: Answer;
    try {
      const { conversation_id } = await say("I have a pet.");
      told = await say("My cat is called Ada.", { conversation_id });
      expect(told.metadata.memory.status).to.equal("degraded");
      expect(waitingOf(told.conversation_id)).to.be.at.least(1);
    } finally {
      docker("start", systemStack().containerId("qdrant"));
    }
    const health = await systemStack().stack("health", "qdrant", "--wait", "--timeout", "60");
    expect(health.exitCode, health.stdout).to.equal(0);

    await isRemembered(told.conversation_id, 90_000);
    expect(await pointsOf(told.conversation_id)).to.be.at.least(1);
  });

  it("is made again from Postgres, with as many points as before", async () => {
    const told = await say("My bicycle is green.");
    await isRemembered(told.conversation_id);
    const before = await pointsOf(told.conversation_id);
    const maintain = (...words: string[]) =>
      JSON.parse(
        docker("exec", systemStack().containerId("agent"), "node", "maintenance.ts", ...words),
      ) as { status: string; pruned?: string[] };

    const recreated = maintain("ensure-schema", "--recreate", "--prune", "--json");

    expect(recreated.status).to.equal("recreated");
    expect(recreated.pruned).to.have.length.greaterThan(0);
    expect(await pointsOf(told.conversation_id)).to.equal(before);
    expect(maintain("ensure-schema", "--json").status).to.equal("unchanged");
  });
});
