import { expect } from "chai";
import { readFromEnvFile } from "../support/env-file.ts";
import { docker, systemStack } from "../support/system-stack.ts";

interface AgentAnswer {
  readonly conversation_id: string;
}

async function say(prompt: string): Promise<AgentAnswer> {
  const response = await fetch(`${systemStack().url("agent")}/v1/agent`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt }),
  });
  expect(response.status).to.equal(200);
  return (await response.json()) as AgentAnswer;
}

function leftovers(kind: "container" | "network" | "volume"): string {
  const project = readFromEnvFile(systemStack().clone, "STACK_PROJECT_NAME");
  const all = kind === "container" ? ["--all"] : [];
  return docker(kind, "ls", "--quiet", ...all, "--filter", `name=${project}-test`);
}

describe("down", () => {
  it("keeps the data: after down and up the earlier conversation is still there", async () => {
    const { stack, url } = systemStack();
    const { conversation_id: id } = await say("Remember this conversation.");

    const down = await stack("down");
    const after = { containers: leftovers("container"), networks: leftovers("network") };
    const up = await stack("up", "--yes");
    const found = await fetch(`${url("agent")}/v1/conversations/${id}`);

    expect(down.exitCode, down.stderr).to.equal(0);
    expect(after).to.deep.equal({ containers: "", networks: "" });
    expect(up.exitCode, up.stderr).to.equal(0);
    expect(await found.text()).to.include("Remember this conversation.");
  });

  it("deletes no data without an explicit word", async () => {
    const refused = await systemStack().stack("down", "--remove-volumes");

    expect(refused.exitCode).to.equal(1);
    expect(refused.stderr).to.include("Nothing was deleted");
    expect(leftovers("volume")).not.to.equal("");
    expect(leftovers("container")).not.to.equal("");
  });

  it("with --remove-volumes --yes leaves no container, network or volume", async () => {
    const { stack } = systemStack();

    const down = await stack("down", "--remove-volumes", "--yes");

    expect(down.exitCode, down.stderr).to.equal(0);
    for (const kind of ["container", "network", "volume"] as const) {
      expect(leftovers(kind), kind).to.equal("");
    }
  });

  it("is done twice as safely as once", async () => {
    const again = await systemStack().stack("down", "--remove-volumes", "--yes");

    expect(again.exitCode, again.stderr).to.equal(0);
  });
});
