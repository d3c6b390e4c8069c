import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { expect } from "chai";
import type { Activity } from "../../cli/output/activity.ts";
import { listContainers } from "../../cli/docker/container-state.ts";
import { dockerClient, unlessMissing } from "../../cli/docker/docker-client.ts";
import { requireDockerHost } from "../../cli/docker/host/find-docker-host.ts";
import { watchUpdate } from "../../cli/deploy/watch-update.ts";
import { workspaceOf } from "../../cli/os/workspace.ts";
import { networkName, volumeName } from "../../infra/render-container.ts";
import { renderPreparation } from "../../infra/render-preparation.ts";
import { desiredWith } from "../support/desired.ts";
import { eventually } from "../support/eventually.ts";
import { ModelHub } from "../support/model-hub.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { weightsImage } from "../support/weights-image.ts";

/** As the component `Service` runs it, in the container that a stack would have. */
describe("the preparation of the model's volume", function () {
  this.slow(10_000);

  const thisMachine = "host.docker.internal";
  const weights = randomBytes(3_000_000);
  // A proxy of this machine has nothing to do with a hub on it.
  const environment = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)),
  );
  let hub: ModelHub;
  let image: string;
  let gateway: string;
  let docker: ReturnType<typeof dockerClient>;

  before(async () => {
    docker = dockerClient(await requireDockerHost({ environment }));
    image = weightsImage();
    // The address of this machine that its own containers reach, and no other machine.
    const hosts = await dockerSays(
      ...["run", "--rm", "--add-host", `${thisMachine}:host-gateway`, "--entrypoint", "getent"],
      ...[image, "hosts", thisMachine],
    );
    gateway = hosts.split(/\s/)[0] ?? "";
  });

  const { identity } = desiredWith({ STACK_PROJECT_NAME: "weights-of-a-test" });
  const volume = volumeName(identity, { dataFormat: "gguf", volume: "weights" });

  beforeEach(async () => {
    hub = new ModelHub();
    hub.publish("acme/Tiny-GGUF", { "Tiny-Q4_K_M.gguf": weights });
    await hub.open(gateway);
    await dockerSays("network", "create", networkName(identity));
  });
  afterEach(async () => {
    await hub.close();
    for (const { id } of await listContainers(docker, identity)) {
      await unlessMissing(() => docker.getContainer(id).remove({ force: true }));
    }
    await eventually(
      async () => (await listContainers(docker, identity)).length === 0,
      "its containers are gone",
    );
    await dockerSays("network", "rm", networkName(identity));
    await dockerSays("volume", "rm", "--force", volume);
  });

  function start(settings: Readonly<Record<string, string>> = {}): ChildProcess {
    const { specs } = desiredWith({
      IMAGE_SOURCE: "registry",
      STACK_PROJECT_NAME: "weights-of-a-test",
      LOCAL_MODEL: "acme/Tiny-GGUF:Q4_K_M",
      // The name under which a mirror on this machine is reached.
      HF_ENDPOINT: hub.address.replace(gateway, thisMachine),
      ...settings,
    });
    const model = specs.find(({ name }) => name === "model");
    if (!model?.preparation) throw new Error("the model is not prepared");
    const rendered = renderPreparation(model, model.preparation, image, identity);
    const variables = Object.entries(rendered.environment).map(([name, value]) => [
      name,
      typeof value === "string" ? value : value.secret,
    ]);
    return spawn("/bin/sh", ["-c", rendered.command], {
      env: { ...environment, ...(Object.fromEntries(variables) as Record<string, string>) },
      // As the command plugin starts it, and ends it.
      detached: true,
    });
  }

  async function ended(child: ChildProcess) {
    const { stdout, stderr } = child;
    if (!stdout || !stderr) throw new Error("it has no output");
    const closed = once(child, "close") as Promise<[number]>;
    const [out, err, [code]] = await Promise.all([text(stdout), text(stderr), closed]);
    return { code, out, err };
  }

  it("fills a fresh volume, as the user that the server runs as, and does nothing a second time", async () => {
    const first = await ended(start());
    const asked = hub.requests.length;
    const second = await ended(start());

    expect(first, first.err).to.include({ code: 0 });
    expect(await inVolume("stat -c '%u:%g %s' /models/acme/Tiny-GGUF/Q4_K_M.gguf")).to.equal(
      `10001:10001 ${weights.length}`,
    );
    expect(second).to.include({ code: 0 });
    expect(second.out).to.include("is there already");
    expect(hub.requests.length).to.equal(asked);
    expect(await listContainers(docker, identity)).to.deep.equal([]);
  });

  it("says how far it is while up waits for it, and stops with up; the next up goes on from there", async () => {
    hub.faults.bytesPerSecond = 500_000;
    const child = start();
    const activities: Activity[] = [];
    const watch = watchUpdate({
      docker,
      marks: identity,
      workspace: workspaceOf(process.cwd(), "test"),
      work: { services: new Map([["model weights", Date.now()]]), images: new Map() },
      before: [],
      report: (activity) => activities.push(activity),
    });
    await eventually(
      () => activities.some(({ message }) => /^[1-9] of 3 MB.*, \d+ s$/.test(message)),
      "it says how far it is",
    );
    const asked = Date.now();
    await watch.releaseWaiting();
    const first = await ended(child);
    await watch.stop();

    expect(Date.now() - asked).to.be.lessThan(5000);
    expect(first.code).to.equal(143);
    expect(activities[0]).to.deep.include({ phase: "services", subject: "model weights" });

    delete hub.faults.bytesPerSecond;
    expect(await ended(start())).to.include({ code: 0 });
    expect(hub.ranges.at(-1)).to.match(/^bytes=[1-9]\d+-$/);
  });

  it("ends with the command that waits for it, on its signal", async () => {
    hub.faults.bytesPerSecond = 200_000;
    const child = start();
    await eventually(() => hub.ranges.length > 0, "it has begun");
    process.kill(-(child.pid ?? 0), "SIGTERM");

    expect((await ended(child)).code).not.to.equal(0);
    await eventually(
      async () => (await listContainers(docker, identity)).length === 0,
      "its container is gone",
      10_000,
    );
  });

  it("lets one finish whose command was killed, and takes what that has fetched", async () => {
    hub.faults.bytesPerSecond = 100_000;
    const killed = start();
    await eventually(() => hub.ranges.length > 0, "it has begun");
    process.kill(-(killed.pid ?? 0), "SIGKILL");
    await ended(killed);

    const child = start();
    const waiting = once(child.stdout ?? child, "data");
    const second = ended(child);
    expect(String(await waiting)).to.include("another process is fetching it");
    delete hub.faults.bytesPerSecond;

    expect(await second).to.include({ code: 0 });
    expect(hub.ranges).to.deep.equal([""]);
  });

  it("fails with the hub's reason and a remedy, on separate lines", async () => {
    const { code, err } = await ended(start({ LOCAL_MODEL: "acme/Tiny-GGUF:Q8_0" }));

    expect(code).to.equal(1);
    expect(err).to.match(/^error: acme\/Tiny-GGUF has no GGUF file of Q8_0.*\nremedy: .*\n$/);
  });

  it("looks at the room on Docker's disk before it fetches the first byte", async () => {
    await dockerSays(
      ...["volume", "create", "--opt", "type=tmpfs", "--opt", "device=tmpfs"],
      ...["--opt", "o=size=4m,uid=10001,gid=10001", volume],
    );
    const { code, err } = await ended(start());

    expect(code).to.equal(1);
    expect(err).to.match(
      /^error: There is no room.*: 3 MB are missing, and 4 MB are free\.\nremedy: /,
    );
    expect(hub.ranges).to.deep.equal([]);
  });

  it("takes a file that somebody put there by hand, and asks nobody", async () => {
    await inVolume("install -D -m 644 /etc/hostname /models/acme/Tiny-GGUF/Q4_K_M.gguf", "0:0");
    await hub.close();

    expect(await ended(start())).to.include({ code: 0 });
  });

  function inVolume(command: string, user = "10001:10001"): Promise<string> {
    return dockerSays(
      ...["run", "--rm", "--user", user, "--volume", `${volume}:/models`],
      ...["--entrypoint", "sh", image, "-c", command],
    );
  }

  async function dockerSays(...words: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await runToEnd("docker", words, { cwd: process.cwd() });
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.trim();
  }
});
