import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { PulumiReleases } from "../support/pulumi-releases.ts";
import { Scratch } from "../cli/toolchain/scratch.ts";

describe("pinning Pulumi's archives", () => {
  const script = path.join(import.meta.dirname, "../../scripts/pin-pulumi.ts");
  const lists = { list: "pulumi-3.270.0-checksums.txt" };
  const plugins = {
    docker: { list: "pulumi-docker_5.2.0_checksums.txt", algorithm: "sha1" as const },
    command: { list: "pulumi-command_1.2.1_checksums.txt" },
  };
  let scratch: Scratch;
  let releases: PulumiReleases;

  beforeEach(async () => {
    scratch = new Scratch();
    releases = new PulumiReleases();
    await releases.open();
    for (const [system, architecture, ending] of [
      ["linux", "x64", "tar.gz"],
      ["linux", "arm64", "tar.gz"],
      ["darwin", "x64", "tar.gz"],
      ["darwin", "arm64", "tar.gz"],
      ["windows", "x64", "zip"],
    ] as const) {
      const engine = `pulumi-v3.270.0-${system}-${architecture}.${ending}`;
      releases.publishArchive("sdk", engine, Buffer.from(engine), lists);
      const suffix = `${system}-${architecture === "x64" ? "amd64" : architecture}.tar.gz`;
      for (const [name, version] of [
        ["docker", "5.2.0"],
        ["command", "1.2.1"],
      ] as const) {
        const plugin = `pulumi-resource-${name}-v${version}-${suffix}`;
        releases.publishArchive("plugins", plugin, Buffer.from(plugin), plugins[name]);
      }
    }
  });

  afterEach(() => {
    releases.close();
    scratch.remove();
  });

  const pin = () =>
    promisify(execFile)(process.execPath, [script, scratch.path("pins.json")], {
      env: { ...process.env, PULUMI_RELEASES_URL: releases.url },
    });

  it("writes the SHA-256 of every archive, in whatever algorithm it was published", async () => {
    await pin();

    const pinned = JSON.parse(await readFile(scratch.path("pins.json"), "utf8")) as object;
    expect(Object.keys(pinned)).to.have.lengthOf(15);
    for (const [name, sum] of Object.entries(pinned)) {
      expect(sum).to.equal(createHash("sha256").update(name).digest("hex"));
    }
  });

  it("writes nothing where an archive is not what was published", async () => {
    const name = "plugins/pulumi-resource-docker-v5.2.0-darwin-arm64.tar.gz";
    releases.publish(name, "something else");
    await writeFile(scratch.path("pins.json"), "{}");

    const error: unknown = await pin().catch((reason: unknown) => reason);

    expect((error as { stderr: string }).stderr).to.contain("not the file that was published");
    expect(await readFile(scratch.path("pins.json"), "utf8")).to.equal("{}");
  });
});
