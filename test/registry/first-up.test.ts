import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { parse as parseDotenv } from "dotenv";
import { registryImages } from "../../infra/images/registry-images.ts";
import { LoopbackRegistry } from "../support/loopback-registry.ts";
import type { CommandResult } from "../support/run-to-end.ts";
import { startStack } from "../support/started-stack.ts";
import {
  errorOf,
  jsonLines,
  resultOf,
  runStack,
  scratchClone,
  writeTestSettings,
} from "../support/system-stack.ts";
import { removeImages, tinyImage } from "../support/tiny-image.ts";

/** Every published image, by its tag: the registry of this test has other contents behind them. */
const references = Object.values(registryImages).map(({ repository, tag }) => {
  return `${repository}:${tag}`;
});

/**
 * The first `up` of a clone whose registry misbehaves. The images behind the published names are tiny
 * and run nothing, so no service comes up here.
 */
describe("the first up, with a registry that", function () {
  this.timeout(10 * 60_000);
  let registry: LoopbackRegistry;
  let clone: string;
  const up = () => runStack(clone, ["up", "--yes", "--json"]);
  const written = () => parseDotenv(readFileSync(join(clone, ".env.test")));

  before(async () => {
    registry = await LoopbackRegistry.start();
    const image = tinyImage("published", [4]);
    for (const reference of references) await registry.publish(image.tag, reference);
    image.remove();
    clone = scratchClone();
    await writeTestSettings(clone, `reg${process.pid.toString(36)}`);
    appendFileSync(join(clone, ".env.test"), `IMAGE_REGISTRY_MIRROR=${registry.mirror}\n`);
  });
  after(async () => {
    const { exitCode, stderr } = await runStack(clone, ["down", "--remove-volumes", "--yes"]);
    removeImages(...references.map((reference) => registry.mirrored(reference)));
    await registry.stop();
    rmSync(clone, { recursive: true, force: true });
    expect(exitCode, stderr).to.equal(0);
  });
  afterEach(async () => {
    await registry.comeBack();
    registry.heal();
  });

  /** One clear error, and nothing written down but what every first `up` generates. */
  function expectNothingDecided({ exitCode, stdout }: CommandResult): ReturnType<typeof errorOf> {
    const error = errorOf(stdout);
    expect(exitCode, stdout).to.equal(1);
    expect(jsonLines(stdout).filter(({ type }) => type === "error")).to.have.length(1);
    expect(error.remedy).to.match(/run \.\/stack --stack test up again/i);
    expect(error.remedy).to.include("IMAGE_REGISTRY_MIRROR");
    expect(error.details.join("\n")).to.include("Docker says: ");
    expect(written()["IMAGE_SOURCE"] ?? "").to.equal("");
    expect(written()["POSTGRES_PASSWORD"]).to.have.length.greaterThan(11);
    return error;
  }

  it("limits pulls, ends with what raises the limit", async () => {
    registry.fail({
      ...{ kind: "answer", status: 429, code: "TOOMANYREQUESTS" },
      message: "You have reached your unauthenticated pull rate limit.",
    });

    const { message, details, remedy } = expectNothingDecided(await up());

    expect(message).to.include("can't be decided yet").and.include(registry.host);
    expect(details.join("\n")).to.include("unauthenticated pull rate limit");
    expect(remedy).to.include("docker login");
  });

  it("is not there, ends with where it was looked for", async () => {
    await registry.leave();

    const { message, details } = expectNothingDecided(await up());

    expect(message).to.include(`${registry.host} can't be reached`);
    expect(details.join("\n")).to.include("connection refused");
  });

  it("stops in the middle of a pull, ends with what was pulled, and from where", async () => {
    registry.fail({ kind: "slow", bytesPerSecond: 300_000 });
    const started = startStack(clone, ["up", "--yes"]);
    await started.event(({ message }) => /^pulling, .* of 4\.0 MB/.test(String(message)));
    await registry.leave();

    const { message, details } = expectNothingDecided(await started.ended);

    expect(message).to.match(/^The image of [\w-]+ could not be pulled: /);
    expect(message).to.include(registry.host);
    expect(details[0]).to.match(new RegExp(`^${registry.host}/(hub|ghcr)/`));
    expect(JSON.stringify(details)).not.to.include("build-");
  });

  it("is well again, goes on: it pulls what is missing, and then writes the source down", async () => {
    const started = startStack(clone, ["up", "--yes"]);
    const decided = await started.event(({ message }) => /IMAGE_SOURCE=/.test(String(message)));
    started.kill("SIGINT");
    const { exitCode, stdout } = await started.ended;

    expect(decided["message"]).to.equal(
      `pulled (${registry.host} answered); IMAGE_SOURCE=registry is now in .env.test`,
    );
    expect(written()["IMAGE_SOURCE"]).to.equal("registry");
    const lines = jsonLines(stdout);
    const before = lines.slice(
      0,
      lines.indexOf(lines.find(({ message }) => message === decided["message"]) ?? {}),
    );
    const here = before
      .filter(({ status, phase }) => phase === "images" && /done|unchanged/.test(String(status)))
      .map(({ subject }) => subject);
    expect(here).to.have.members(Object.keys(registryImages));
    expect(exitCode).to.equal(130);
  });

  it("is asked by images lock: every digest is written down, once", async () => {
    const file = join(clone, "infra/images/registry-images.json");

    const first = await runStack(clone, ["images", "lock", "--json"]);

    expect(first.exitCode, first.stdout).to.equal(0);
    expect(resultOf(first.stdout)["changed"]).to.have.length(references.length);
    const locked = JSON.parse(readFileSync(file, "utf8")) as typeof registryImages;
    for (const { repository, tag, digest } of Object.values(locked)) {
      expect(digest, repository).to.equal(await registry.digestOf(`${repository}:${tag}`));
    }
    const second = await runStack(clone, ["images", "lock", "--json"]);
    expect(resultOf(second.stdout)["changed"]).to.deep.equal([]);
  });
});
