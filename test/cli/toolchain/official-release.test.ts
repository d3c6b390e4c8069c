import { expect } from "chai";
import { officialRelease } from "../../../cli/toolchain/official-release.ts";
import { pins } from "../../../cli/toolchain/pins.ts";

describe("an official release", () => {
  const { sdk, dockerPlugin, commandPlugin } = pins;
  const archives = (os: string, arch: string) =>
    (["engine", "docker", "command"] as const).map(
      (tool) => officialRelease(tool, { os, arch })?.archive,
    );

  for (const [os, arch, system, engineArch, pluginArch] of [
    ["linux", "x64", "linux", "x64", "amd64"],
    ["linux", "arm64", "linux", "arm64", "arm64"],
    ["darwin", "x64", "darwin", "x64", "amd64"],
    ["darwin", "arm64", "darwin", "arm64", "arm64"],
  ] as const) {
    it(`is named as Pulumi names it on ${os} ${arch}`, () => {
      expect(archives(os, arch)).to.deep.equal([
        `pulumi-v${sdk}-${system}-${engineArch}.tar.gz`,
        `pulumi-resource-docker-v${dockerPlugin.version}-${system}-${pluginArch}.tar.gz`,
        `pulumi-resource-command-v${commandPlugin.version}-${system}-${pluginArch}.tar.gz`,
      ]);
    });
  }

  it("is a zip of x64 programs on every Windows, and its plugins are not zips", () => {
    expect(archives("win32", "x64")).to.deep.equal([
      `pulumi-v${sdk}-windows-x64.zip`,
      `pulumi-resource-docker-v${dockerPlugin.version}-windows-amd64.tar.gz`,
      `pulumi-resource-command-v${commandPlugin.version}-windows-amd64.tar.gz`,
    ]);
    expect(archives("win32", "arm64")).to.deep.equal(archives("win32", "x64"));
    expect(officialRelease("engine", { os: "win32", arch: "x64" })).to.include({
      kind: "zip",
      executable: "pulumi.exe",
    });
    expect(officialRelease("docker", { os: "win32", arch: "x64" })).to.include({
      kind: "tar.gz",
      executable: "pulumi-resource-docker.exe",
    });
  });

  it("names the list of checksums beside it", () => {
    const platform = { os: "linux", arch: "x64" };

    expect(officialRelease("engine", platform)?.checksums).to.equal(`pulumi-${sdk}-checksums.txt`);
    expect(officialRelease("command", platform)?.checksums).to.equal(
      `pulumi-command_${commandPlugin.version}_checksums.txt`,
    );
  });

  it("is none where Pulumi publishes none", () => {
    expect(archives("freebsd", "x64")).to.deep.equal([undefined, undefined, undefined]);
    expect(archives("linux", "ia32")).to.deep.equal([undefined, undefined, undefined]);
  });
});
