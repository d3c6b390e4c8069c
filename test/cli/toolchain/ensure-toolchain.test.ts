import { existsSync, readdirSync } from "node:fs";
import { expect } from "chai";
import { StackError } from "../../../infra/stack-error.ts";
import type { Activity } from "../../../cli/output/activity.ts";
import { ensureToolchain } from "../../../cli/toolchain/ensure-toolchain.ts";
import type { Platform } from "../../../cli/toolchain/official-release.ts";
import { toolchainOf, toolchainVersions } from "../../../cli/toolchain/toolchain.ts";
import { PulumiReleases, tarGz } from "../../support/pulumi-releases.ts";
import { Scratch } from "./scratch.ts";

describe("the toolchain", () => {
  let scratch: Scratch;
  let releases: PulumiReleases;
  let url: string;
  let activities: Activity[];

  beforeEach(async () => {
    scratch = new Scratch();
    releases = new PulumiReleases();
    activities = [];
    await releases.open();
    url = releases.url;
  });

  afterEach(() => {
    releases.close();
    scratch.remove();
  });

  const ensure = (platform: Platform = { os: "linux", arch: "x64" }) =>
    ensureToolchain({
      environment: {
        HOME: scratch.path("home"),
        PATH: `${scratch.path("bin")}:/usr/bin:/bin`,
        PULUMI_RELEASES_URL: url,
      },
      report: (activity) => activities.push(activity),
      download: { platform, pinned: {} },
    });
  const publishEngine = async () => {
    const members = {
      "pulumi/pulumi": { content: "#!/bin/sh\necho v3.270.0\n" },
      "pulumi/pulumi-language-nodejs": { content: "host" },
    };
    const list = "pulumi-3.270.0-checksums.txt";
    const archive = "pulumi-v3.270.0-linux-x64.tar.gz";
    releases.publishArchive("sdk", archive, await tarGz(members), { list });
  };
  const publishPlugin = async (name: "docker" | "command", version: string) => {
    const archive = `pulumi-resource-${name}-v${version}-linux-amd64.tar.gz`;
    const members = { [`pulumi-resource-${name}`]: { content: "plugin" } };
    const list = `pulumi-${name}_${version}_checksums.txt`;
    releases.publishArchive("plugins", archive, await tarGz(members), { list });
  };
  const official = () => {
    scratch.executable("bin/pulumi", "echo v3.280.0");
    scratch.executable("bin/pulumi-language-nodejs", "");
    for (const [name, version] of [
      ["docker", "5.2.0"],
      ["command", "1.2.1"],
    ] as const) {
      const file = `home/.pulumi/plugins/resource-${name}-v${version}/pulumi-resource-${name}`;
      scratch.executable(file, "");
    }
  };

  it("is the user's own where it is complete: nothing is made, said or put on PATH", async () => {
    official();

    const toolchain = await ensure();

    expect(toolchain.path).to.deep.equal([]);
    expect(toolchain.engine.executable).to.equal(scratch.path("bin/pulumi"));
    expect(toolchain.dockerPlugin.origin).to.equal("path");
    expect(activities).to.deep.equal([]);
    expect(existsSync(scratch.path("home/.cache/agent-stack/toolchain/lock"))).to.equal(false);
  });

  it("takes a missing plugin by download, and leaves the user's Pulumi home alone", async () => {
    official();
    scratch.write("home/.pulumi/plugins/resource-docker-v5.2.0.partial", "");
    const own = scratch.path("home/.pulumi/plugins/resource-docker-v5.2.0");
    await publishPlugin("docker", "5.2.0");

    const toolchain = await ensure();
    releases.close();
    const again = await ensure();

    expect(toolchain.engine.origin).to.equal("path");
    expect(toolchain.dockerPlugin).to.include({ origin: "download", version: "5.2.0" });
    expect(toolchain.dockerPlugin.executable.startsWith(own)).to.equal(false);
    expect(toolchain.path).to.have.lengthOf(1);
    expect(again).to.deep.equal(toolchain);
  });

  it("is downloaded whole where the user has nothing", async () => {
    await publishEngine();
    await publishPlugin("docker", "5.2.0");
    await publishPlugin("command", "1.2.1");

    const toolchain = await ensure();

    const tools = [toolchain.engine, toolchain.languageHost, toolchain.dockerPlugin];
    for (const tool of [...tools, toolchain.commandPlugin]) {
      expect(tool.origin).to.equal("download");
      expect(existsSync(tool.executable)).to.equal(true);
    }
    expect(activities.filter(({ status }) => status === "warning")).to.deep.equal([]);
    expect(existsSync(scratch.path("home/.pulumi"))).to.equal(false);
  });

  it("makes the command provider of this clone's code on a closed network, and says why", async () => {
    official();
    scratch.write("home/.pulumi/plugins/resource-command-v1.2.1.partial", "");
    releases.close();

    const toolchain = await ensure();

    expect(toolchain.commandPlugin).to.include({ origin: "built", version: "1.2.1" });
    expect(activities.filter(({ status }) => status === "failed")).to.deep.equal([]);
    const said = activities.filter(({ status }) => status === "warning");
    expect(said).to.have.lengthOf(1);
    expect(said[0]?.message).to.match(/made here instead: 127\.0\.0\.1:\d+ can't be reached/);
    expect(toolchainVersions(toolchain)).to.deep.include({
      name: "command provider",
      version: "1.2.1",
      origin: "this clone's own",
    });
  });

  it("is an error, and nothing is made instead, where a download is not what was published", async () => {
    official();
    scratch.write("home/.pulumi/plugins/resource-command-v1.2.1.partial", "");
    await publishPlugin("command", "1.2.1");
    const archive = "plugins/pulumi-resource-command-v1.2.1-linux-amd64.tar.gz";
    releases.publish(archive, await tarGz({ "pulumi-resource-command": { content: "evil" } }));

    const error: unknown = await ensure().catch((reason: unknown) => reason);

    expect(error).to.be.instanceOf(StackError);
    expect((error as StackError).message).to.contain("not the file that was published");
    const cache = readdirSync(scratch.path("home/.cache/agent-stack/toolchain"));
    expect(cache.filter((name) => name.includes("command"))).to.deep.equal([]);
  });

  it("is an error with a remedy on Windows where nothing can be downloaded", async () => {
    releases.close();

    const error: unknown = await ensure({ os: "win32", arch: "x64" }).catch(
      (reason: unknown) => reason,
    );

    expect(error).to.be.instanceOf(StackError);
    expect((error as StackError).message).to.contain("can't be reached");
    expect((error as StackError).remedy).to.contain("WSL");
  });

  it("puts each directory of ours on PATH once, and none of the user's", () => {
    const ours = { version: "1.0.0", origin: "built", executable: "/cache/a/pulumi" } as const;
    const users = { version: "1.0.0", origin: "path", executable: "/opt/plugin" } as const;

    const { path } = toolchainOf({
      engine: ours,
      languageHost: { ...ours, executable: "/cache/a/host" },
      dockerPlugin: users,
      commandPlugin: { ...ours, executable: "/cache/b/plugin" },
    });

    expect(path).to.deep.equal(["/cache/a", "/cache/b"]);
  });
});
