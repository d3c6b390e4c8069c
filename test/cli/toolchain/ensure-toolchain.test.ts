import { existsSync } from "node:fs";
import { expect } from "chai";
import type { Activity } from "../../../cli/activity.ts";
import { ensureToolchain } from "../../../cli/toolchain/ensure-toolchain.ts";
import { toolchainOf, toolchainVersions } from "../../../cli/toolchain/toolchain.ts";
import { Scratch } from "./scratch.ts";

describe("the toolchain", () => {
  let scratch: Scratch;
  let activities: Activity[];

  beforeEach(() => {
    scratch = new Scratch();
    activities = [];
  });

  afterEach(() => {
    scratch.remove();
  });

  const ensure = () =>
    ensureToolchain({
      environment: {
        HOME: scratch.path("home"),
        PATH: `${scratch.path("bin")}:/usr/bin:/bin`,
      },
      report: (activity) => activities.push(activity),
    });
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
    scratch.executable(
      "bin/pulumi",
      `case $1 in
         version) echo v3.280.0 ;;
         plugin)
           to="$PULUMI_HOME/plugins/resource-$4-v$5"
           mkdir -p "$to" && echo plugin > "$to/pulumi-resource-$4" && chmod +x "$to/pulumi-resource-$4" ;;
       esac`,
    );
    const own = scratch.path("home/.pulumi/plugins/resource-docker-v5.2.0");
    scratch.write("home/.pulumi/plugins/resource-docker-v5.2.0.partial", "");

    const toolchain = await ensure();
    const again = await ensure();

    expect(toolchain.dockerPlugin.origin).to.equal("download");
    expect(toolchain.dockerPlugin.executable.startsWith(own)).to.equal(false);
    expect(toolchain.path).to.have.lengthOf(1);
    expect(again).to.deep.equal(toolchain);
  });

  it("makes the command provider of this clone's code where nothing can be downloaded", async () => {
    official();
    scratch.executable("bin/pulumi", `[ "$1" = version ] && echo v3.280.0`);
    scratch.write("home/.pulumi/plugins/resource-command-v1.2.1.partial", "");

    const toolchain = await ensure();

    expect(toolchain.commandPlugin).to.include({ origin: "built", version: "1.2.1" });
    expect(activities.filter(({ status }) => status === "failed")).to.deep.equal([]);
    expect(toolchainVersions(toolchain)).to.deep.include({
      name: "command provider",
      version: "1.2.1",
      origin: "this clone's own",
    });
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
