import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import Docker from "dockerode";
import type { Activity } from "../../cli/output/activity.ts";
import { remoteDigest } from "../../cli/docker/remote-digest.ts";
import { type PullAllOptions, pullImages } from "../../cli/docker/images/pull-images.ts";
import { loginFor } from "../../cli/docker/images/registry-credentials.ts";
import type { ImagePlan } from "../../infra/image-plan.ts";
import { StackError } from "../../infra/stack-error.ts";
import { LoopbackRegistry } from "../support/loopback-registry.ts";
import { blobs } from "../support/registry-faults.ts";
import { removeImages, type TinyImage, tinyImage } from "../support/tiny-image.ts";

const docker = new Docker();
// Two layers, so that one can be there while the other is not.
const published = "ghcr.io/team/one:1.0";
const other = "team/two:2.0";
const login = { username: "me", password: "pass:word" };

/** A plan that pulls these references, each for its own service. */
function planOf(...references: readonly string[]): ImagePlan {
  const services = references.map((reference, index): [string, { reference: string }] => [
    ["one", "two", "three"][index] ?? String(index),
    { reference },
  ]);
  const base = { tag: "", script: "" };
  return { base, shared: [], services: new Map(services), preparations: new Map() };
}

describe("pulling from a real registry", () => {
  let registry: LoopbackRegistry;
  let images: readonly TinyImage[];
  let folder: string;
  let digest: string;

  before(async () => {
    registry = await LoopbackRegistry.start();
    images = [tinyImage("one", [3, 2]), tinyImage("two", [1])];
    digest = await registry.publish(images[0]?.tag ?? "", published);
    await registry.publish(images[1]?.tag ?? "", other);
    for (const image of images) image.remove();
    folder = mkdtempSync(join(tmpdir(), "stack-docker-"));
  });
  after(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    registry.heal();
    removeImages(registry.mirrored(published), registry.mirrored(other), locked());
    rmSync(join(folder, "config.json"), { force: true });
  });

  const locked = () => `${registry.mirrored(published)}@${digest}`;
  const logIn = (password = login.password) => {
    const auth = Buffer.from(`${login.username}:${password}`).toString("base64");
    const content = JSON.stringify({ auths: { [registry.host]: { auth } } });
    writeFileSync(join(folder, "config.json"), content);
  };
  const pull = async (plan: ImagePlan, more: Partial<PullAllOptions> = {}) => {
    const activities: Activity[] = [];
    await pullImages(plan, {
      ...{ docker, canBuild: false, environment: { DOCKER_CONFIG: folder } },
      signal: new AbortController().signal,
      report: (activity) => activities.push(activity),
      ...more,
    });
    return activities;
  };
  const refused = async (plan: ImagePlan, more: Partial<PullAllOptions> = {}) => {
    try {
      await pull(plan, more);
    } catch (error) {
      if (error instanceof StackError) return error;
      throw error;
    }
    throw new Error("It was pulled");
  };
  const isHere = (reference: string) =>
    docker
      .getImage(reference)
      .inspect()
      .then(
        () => true,
        () => false,
      );

  it("resolves a tag to the digest that the registry has behind it, and a digest to itself", async () => {
    expect(await remoteDigest(docker, registry.mirrored(published))).to.equal(digest);
    expect(await remoteDigest(docker, locked())).to.equal(digest);
  });

  it("shows the bytes of all layers as they come, and what was pulled in the end", async () => {
    registry.fail({ kind: "slow", bytesPerSecond: 1_000_000 });

    const activities = await pull(planOf(registry.mirrored(published)));

    const messages = activities.map(({ message }) => message);
    const counted = messages.filter((message) => /^pulling, .* of .*MB/.test(message));
    expect(counted, messages.join("; ")).to.have.length.of.at.least(2);
    expect(counted.at(-1)).to.match(/ of 5\.0 MB/);
    expect(activities.at(-1)).to.deep.equal({
      ...{ phase: "images", subject: "one", status: "done" },
      message: "pulled, 5.0 MB",
    });
    expect(await isHere(registry.mirrored(published))).to.equal(true);
  });

  it("asks nobody for what is there already", async () => {
    const plan = planOf(registry.mirrored(published), registry.mirrored(other));
    await pull(plan);
    registry.heal();

    const activities = await pull(plan);

    expect(activities.map(({ status }) => status)).to.deep.equal(["unchanged", "unchanged"]);
    expect(activities[0]?.message).to.equal("already there");
    expect(registry.requests).to.deep.equal([]);
  });

  it("pulls a locked reference by its digest, and finds it under that reference again", async () => {
    await pull(planOf(locked()));

    expect(await isHere(locked())).to.equal(true);
    const [activity] = await pull(planOf(locked()));
    expect(activity).to.deep.include({ status: "unchanged" });
    // Pulumi's provider looks through this list for what it has inspected.
    const { Id } = await docker.getImage(locked()).inspect();
    expect((await docker.listImages()).map((image) => image.Id)).to.include(Id);
  });

  for (const scheme of ["basic", "bearer"] as const) {
    it(`uses the login of docker login where the registry wants one (${scheme})`, async () => {
      registry.requireLogin({ ...login, scheme });
      const reference = registry.mirrored(published);

      const without = await refused(planOf(reference));
      expect(without.message).to.include(`The image of one could not be pulled: ${registry.host}`);
      expect(without.remedy).to.include(`docker login ${registry.host}`);

      logIn("wrong");
      const wrong = await refused(planOf(reference));
      expect(wrong.message).to.include("does not accept the one it got");
      expect(JSON.stringify([wrong.message, wrong.details, wrong.remedy])).not.to.include('wrong"');

      logIn();
      const { credentials } = await loginFor(registry.host, { DOCKER_CONFIG: folder });
      expect(await remoteDigest(docker, reference, { credentials })).to.equal(digest);
      expect((await pull(planOf(reference))).at(-1)).to.deep.include({ status: "done" });
    });
  }

  it("says that a tag is missing, in the engine's words, and tries no second time", async () => {
    const reference = registry.mirrored("ghcr.io/team/one:nope");

    const { message, details, remedy } = await refused(planOf(reference));

    expect(message).to.include("has no such image");
    expect(details[0]).to.equal(reference);
    expect(details[1]).to.match(/^Docker says: .*manifest unknown/);
    expect(remedy).to.include("IMAGE_REGISTRY_MIRROR");
    const asked = registry.requests.filter((request) => request.startsWith("GET /v2/ghcr/"));
    expect(asked).to.have.length(1);
  });

  it("gives up at once where too many pulls are the reason, and says what raises the limit", async () => {
    registry.fail({
      ...{ kind: "answer", status: 429, code: "TOOMANYREQUESTS", retryAfterSeconds: 3600 },
      message: "You have reached your unauthenticated pull rate limit.",
    });
    const started = Date.now();

    const { message, details, remedy } = await refused(planOf(registry.mirrored(published)));

    expect(message).to.include(`${registry.host} limits how often it may be asked`);
    expect(details[1]).to.include("unauthenticated pull rate limit");
    expect(remedy).to.include("docker login").and.include("IMAGE_REGISTRY_MIRROR");
    expect(Date.now() - started).to.be.below(5000);
  });

  it("waits as long as a registry wants it to, where it says so", async () => {
    registry.fail({
      ...{ kind: "answer", status: 429, code: "TOOMANYREQUESTS", times: 2 },
      message: "retry-after: 2.2s, allowed: 2/minute",
    });
    const started = Date.now();

    const activities = await pull(planOf(registry.mirrored(published)));

    expect(activities.map(({ message }) => message).join("\n")).to.include("again in 3 s");
    expect(activities.at(-1)).to.deep.include({ status: "done" });
    expect(Date.now() - started).to.be.at.least(2200);
  });

  it("tries again after a server error", async () => {
    registry.fail({ kind: "answer", status: 503, message: "starting", times: 2 });

    const activities = await pull(planOf(registry.mirrored(published)));

    expect(activities.map(({ message }) => message).join("\n")).to.include("503");
    expect(activities.at(-1)).to.deep.include({ status: "done" });
  });

  it("continues a layer whose transfer was cut, and shows that it waits to", async () => {
    registry.fail({ kind: "cut", afterBytes: 1_000_000, times: 1 });

    const activities = await pull(planOf(registry.mirrored(published)));

    expect(activities.at(-1)).to.deep.include({ status: "done", message: "pulled, 5.0 MB" });
    const layers = registry.requests.filter((request) => blobs.test(request));
    expect(layers.length, layers.join("\n")).to.be.greaterThan(new Set(layers).size);
  });

  it("gives up silence, and has what it lacked from the next try", async () => {
    registry.fail({ kind: "stall", afterBytes: 500_000, times: 1 });

    const activities = await pull(planOf(registry.mirrored(published)), {
      stallMilliseconds: 2000,
    });

    expect(activities.map(({ message }) => message).join("\n")).to.include("stopped sending");
    expect(activities.at(-1)).to.deep.include({ status: "done" });
  });

  it("gives up a registry that is silent for good, after three tries", async () => {
    registry.fail({ kind: "stall", afterBytes: 500_000 });

    const { message, details } = await refused(planOf(registry.mirrored(published)), {
      stallMilliseconds: 1500,
    });

    expect(message).to.include(`the transfer from ${registry.host} broke off`);
    expect(details[1]).to.include("nothing arrived for");
  });

  it("is not given up while it goes on slowly", async () => {
    registry.fail({ kind: "slow", bytesPerSecond: 900_000 });

    const activities = await pull(planOf(registry.mirrored(published)), {
      stallMilliseconds: 2000,
    });

    expect(activities.at(-1)).to.deep.include({ status: "done" });
    expect(activities.map(({ message }) => message).join("\n")).not.to.include("stopped sending");
  });

  it("ends at once with Ctrl-C, and leaves no transfer behind", async () => {
    registry.fail({ kind: "slow", bytesPerSecond: 200_000 });
    const interrupt = new AbortController();
    const pulling = refused(planOf(registry.mirrored(published)), { signal: interrupt.signal });
    while (!registry.requests.some((request) => blobs.test(request))) await delay(50);
    await delay(500);
    const interrupted = Date.now();
    interrupt.abort();

    const { message, exitCode } = await pulling;

    expect(Date.now() - interrupted).to.be.below(1000);
    expect(message).to.include("Interrupted");
    expect(exitCode).to.equal(130);
    await registry.isIdle();
  });

  it("stops the other pulls when one has failed, and keeps nobody waiting", async () => {
    registry.fail({ kind: "slow", bytesPerSecond: 200_000 });
    const plan = planOf(registry.mirrored(published), registry.mirrored("team/two:nope"));
    const started = Date.now();

    const { message } = await refused(plan);

    expect(message).to.include("The image of two could not be pulled");
    expect(Date.now() - started).to.be.below(10_000);
    await delay(500);
    await registry.isIdle();
    const asked = registry.requests.length;
    await delay(1000);
    expect(registry.requests, "requests of a pull that was stopped").to.have.length(asked);
    expect(await isHere(registry.mirrored(published))).to.equal(false);
  });

  it("says that nobody answers, which address that is, and where it is set", async () => {
    await registry.leave();
    try {
      const { message, remedy } = await refused(planOf(registry.mirrored(published)));

      expect(message).to.equal(
        `The image of one could not be pulled: ${registry.host} can't be reached.`,
      );
      expect(remedy).to.include("IMAGE_REGISTRY_MIRROR");
    } finally {
      await registry.comeBack();
    }
  });
});
