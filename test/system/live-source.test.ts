import { readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { join } from "node:path";
import { docker, resultOf, systemStack } from "../support/system-stack.ts";
import { eventually } from "../support/eventually.ts";

function bindsOfAgent(): string {
  return docker(
    "inspect",
    "--format",
    "{{json .HostConfig.Binds}}",
    systemStack().containerId("agent"),
  );
}

describe("up --bind-mounts", () => {
  after(async () => {
    const up = await systemStack().stack("up", "--yes", "--json");
    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(bindsOfAgent()).not.to.include("/agent");
  });

  it("runs the agent from the clone's source, unprivileged as ever, and asks the model", async () => {
    const { containerId, stack } = systemStack();

    const up = await stack("up", "--bind-mounts", "--check-litellm", "--verify", "--yes", "--json");

    expect(up.exitCode, up.stdout + up.stderr).to.equal(0);
    expect(resultOf(up.stdout)["litellm"]).to.have.property("text");
    expect(bindsOfAgent()).to.match(/\/agent:\/app\/agent\/source:ro/);
    const format = "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}}";
    expect(docker("inspect", "--format", format, containerId("agent"))).to.equal(
      "10001:10001 true",
    );
  });

  it("answers with an edit at once, in the same container", async () => {
    const { clone, containerId, url } = systemStack();
    const path = join(clone, "agent/http/models-route.ts");
    const original = readFileSync(path, "utf8");
    const before = containerId("agent");
    const isEdited = async () => {
      const answer = await fetch(`${url("agent")}/v1/models`).catch(() => undefined);
      return (await answer?.text())?.includes('"edited":true') ?? false;
    };
    try {
      writeFileSync(path, original.replace('object: "list"', 'object: "list", edited: true'));

      await eventually(isEdited, "the edited answer", 60_000);
    } finally {
      writeFileSync(path, original);
    }
    await eventually(async () => !(await isEdited()), "the original answer", 60_000);
    expect(containerId("agent")).to.equal(before);
  });

  it("is shown by a preview as what the next up reverts", async () => {
    const preview = await systemStack().stack("preview", "--json");

    const changes = resultOf(preview.stdout)["changes"] as { subject: string; action: string }[];
    expect(changes.map(({ subject }) => subject)).to.include("agent");
    expect(preview.stdout).to.include("no longer runs from");
  });
});
