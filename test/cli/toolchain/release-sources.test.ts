import { expect } from "chai";
import { StackError } from "../../../infra/stack-error.ts";
import { officialRelease, type OfficialTool } from "../../../cli/toolchain/official-release.ts";
import { releaseSources } from "../../../cli/toolchain/release-sources.ts";

describe("the sources of a release", () => {
  const sources = (tool: OfficialTool, environment: NodeJS.ProcessEnv = {}) => {
    const release = officialRelease(tool, { os: "linux", arch: "x64" });
    if (release === undefined) throw new Error("no release");
    return releaseSources(release, environment).map(({ href }) => href);
  };

  it("are Pulumi's own server, and then the project's releases on GitHub", () => {
    expect(sources("engine")).to.deep.equal([
      "https://get.pulumi.com/releases/sdk/",
      "https://github.com/pulumi/pulumi/releases/download/v3.270.0/",
    ]);
    expect(sources("docker")).to.deep.equal([
      "https://get.pulumi.com/releases/plugins/",
      "https://github.com/pulumi/pulumi-docker/releases/download/v5.2.0/",
    ]);
  });

  it("are the user's mirror alone, with or without a slash at its end", () => {
    for (const PULUMI_RELEASES_URL of ["https://mirror.test/p", "https://mirror.test/p/"]) {
      expect(sources("engine", { PULUMI_RELEASES_URL })).to.deep.equal([
        "https://mirror.test/p/sdk/",
      ]);
      expect(sources("command", { PULUMI_RELEASES_URL })).to.deep.equal([
        "https://mirror.test/p/plugins/",
      ]);
    }
  });

  it("are none where the user wants no download", () => {
    expect(sources("engine", { PULUMI_RELEASES_URL: "none" })).to.deep.equal([]);
    expect(
      sources("docker", {
        PULUMI_RELEASES_URL: "none",
        PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: ".*=https://mirror.test",
      }),
    ).to.deep.equal([]);
  });

  it("follow Pulumi's own overrides for plugins, whose groups fill in the address", () => {
    const PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES =
      "^https://other=https://no.test,^github://api.github.com/(?P<org>[^/]+)/(.+)=https://mirror.test/${org}/$2";
    const environment = {
      PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES,
      PULUMI_RELEASES_URL: "https://second.test",
    };

    expect(sources("docker", environment)).to.deep.equal([
      "https://mirror.test/pulumi/pulumi-docker/",
    ]);
    expect(sources("engine", environment)).to.deep.equal(["https://second.test/sdk/"]);
  });

  it("match the overrides against get.pulumi.com, too", () => {
    const PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES = "^https://get.pulumi.com=https://mirror.test/x";

    expect(sources("command", { PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES })).to.deep.equal([
      "https://mirror.test/x/",
    ]);
  });

  it("are refused, with the variable's name, where they are not an address", () => {
    for (const environment of [
      { PULUMI_RELEASES_URL: "mirror.test" },
      { PULUMI_RELEASES_URL: "ftp://mirror.test" },
      { PULUMI_PLUGIN_DOWNLOAD_URL_OVERRIDES: "(=https://mirror.test" },
    ]) {
      const [name = ""] = Object.keys(environment);
      expect(() => sources("docker", environment)).to.throw(StackError, name);
    }
  });
});
