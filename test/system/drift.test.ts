import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Finding } from "../../cli/drift/drift-of.ts";
import { postToLitellm } from "../support/post-to-litellm.ts";
import { docker, resultOf, systemStack } from "../support/system-stack.ts";

async function drift(
  ...words: string[]
): Promise<{ exitCode: number; findings: Finding[]; text: string }> {
  const { exitCode, stdout, stderr } = await systemStack().stack("drift", "--json", ...words);
  const findings = resultOf(stdout)["drift"] as Finding[];
  return { exitCode, findings, text: stdout + stderr };
}

async function fixes(): Promise<void> {
  const fixed = await drift("--fix", "--yes");
  const after = await drift();

  expect(fixed.exitCode, fixed.text).to.equal(0);
  expect(after.findings, after.text).to.deep.equal([]);
  expect(after.exitCode).to.equal(0);
}

/** Makes a service's container again by hand, with other options of `docker create` or from another image. */
function remakeByHand(
  service: string,
  { image, options = [] }: { image?: string; options?: readonly string[] },
): void {
  const id = systemStack().containerId(service);
  const [inspected] = JSON.parse(docker("inspect", id)) as {
    Name: string;
    Config: { Labels: Record<string, string>; Image: string };
    HostConfig: { NetworkMode: string };
  }[];
  if (!inspected) throw new Error(`${service} has no container`);
  const labels = Object.entries(inspected.Config.Labels).flatMap(([name, value]) => [
    "--label",
    `${name}=${value}`,
  ]);
  docker("rm", "--force", id);
  docker(
    "create",
    "--name",
    inspected.Name.slice(1),
    "--network",
    inspected.HostConfig.NetworkMode,
    ...labels,
    ...options,
    image ?? inspected.Config.Image,
  );
}

describe("drift", () => {
  it("is none after up, for any service", async () => {
    const { exitCode, findings, text } = await drift();

    expect(findings, text).to.deep.equal([]);
    expect(exitCode).to.equal(0);
  });

  it("names an edited file, a limit and a network that were changed by hand, and fixes them", async () => {
    const { clone, containerId } = systemStack();
    const path = join(clone, "edited.yaml");
    writeFileSync(path, "model_list: []\n");
    docker("cp", path, `${containerId("litellm")}:/etc/litellm/config.yaml`);
    docker("update", "--memory", "500m", "--memory-swap", "500m", containerId("agent"));
    docker("network", "connect", "bridge", containerId("qdrant"));

    const { exitCode, findings } = await drift();

    expect(exitCode).to.equal(2);
    expect(findings.map(({ service, aspect }) => `${service}: ${aspect}`)).to.have.members([
      "qdrant: network bridge",
      "litellm: file /etc/litellm/config.yaml",
      "agent: memory and swap limit",
      "agent: memory limit",
    ]);
    expect(findings.find(({ aspect }) => aspect === "memory limit")).to.include({
      expected: "512 MiB",
      actual: "500 MiB",
    });
    await fixes();
  });

  it("names variables, labels, ports, health check and image of a container made by hand", async () => {
    remakeByHand("searxng", {
      options: [
        ...["--env", "SEARXNG_SECRET=seen-by-nobody", "--env", "TZ=Mars/Olympus"],
        ...["--label", "who=me", "--publish", "127.0.0.1::9999", "--health-cmd", "true"],
      ],
    });

    const { exitCode, findings, text } = await drift();
    const of = (aspect: string) => findings.find((finding) => finding.aspect === aspect);

    expect(exitCode).to.equal(2);
    expect(of("env TZ")).to.include({ expected: "UTC", actual: "Mars/Olympus" });
    expect(of("env SEARXNG_SECRET")?.actual).to.match(/^hmac-sha256:/);
    expect(of("label who")).to.include({ actual: "me" });
    expect(of("port 8080/tcp")).to.have.property("expected");
    expect(of("port 9999/tcp")).to.have.property("actual");
    expect(of("health check command")).to.include({ actual: '["CMD-SHELL","true"]' });
    expect(text).not.to.include("seen-by-nobody");
    await fixes();
  });

  it("names another image in a container's place", async () => {
    const other = docker("inspect", "--format", "{{.Image}}", systemStack().containerId("model"));
    remakeByHand("embeddings", { image: other });

    const { findings, text } = await drift();

    expect(
      findings.find(({ service, aspect }) => service === "embeddings" && aspect === "image"),
      text,
    ).to.include({ actual: other });
    await fixes();
  });

  it("names a missing container and an extra one, and fixes both", async () => {
    const { containerId } = systemStack();
    const id = containerId("model");
    const labels = docker("inspect", "--format", "{{json .Config.Labels}}", id);
    const image = docker("inspect", "--format", "{{.Config.Image}}", id);
    const marks = Object.entries(JSON.parse(labels) as Record<string, string>);
    docker("rm", "--force", containerId("embeddings"));
    docker(
      "create",
      ...["--name", `${docker("inspect", "--format", "{{.Name}}", id).slice(1)}-copy`],
      ...marks.flatMap(([name, value]) => ["--label", `${name}=${value}`]),
      image,
    );

    const { exitCode, findings } = await drift();

    expect(exitCode).to.equal(2);
    const containers = findings.filter(({ aspect }) => aspect === "container");
    expect(containers.map(({ service }) => service)).to.deep.equal(["embeddings", "model"]);
    expect(containers[0]?.expected).to.match(/-test-embeddings$/);
    expect(containers[1]?.actual).to.match(/-test-model-copy$/);
    await fixes();
  });

  it("is fixed for those who call the service, though its address is another now", async () => {
    const { containerId } = systemStack();
    const id = containerId("embeddings");
    const [network = "", before] = addressOf(id);
    const image = docker("inspect", "--format", "{{.Config.Image}}", id);
    expect(await embeddingStatus()).to.equal(200);

    docker("rm", "--force", id);
    // Takes the address, and answers nobody there.
    const idle = ["--entrypoint", "sleep", image, "300"];
    const squatter = docker("run", "--detach", "--network", network, ...idle);
    try {
      await fixes();
      const [, after] = addressOf(containerId("embeddings"));

      expect(after).not.to.equal(before);
      expect(await embeddingStatus()).to.equal(200);
    } finally {
      docker("rm", "--force", squatter);
    }
  });
});

/** A container's only network, and its address there. */
function addressOf(id: string): string[] {
  const each =
    "{{range $name, $at := .NetworkSettings.Networks}}{{$name}} {{$at.IPAddress}}{{end}}";
  return docker("inspect", "--format", each, id).split(" ");
}

async function embeddingStatus(): Promise<number> {
  return (await postToLitellm("/v1/embeddings", { model: "embed", input: "heron" })).status;
}
