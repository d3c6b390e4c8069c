import { expect } from "chai";
import { usersEngine, usersPlugin } from "../../../cli/toolchain/users-own-tools.ts";
import { Scratch } from "./scratch.ts";

describe("the user's own Pulumi", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
  });

  afterEach(() => {
    scratch.remove();
  });

  const place = () => ({
    root: scratch.path("cache"),
    environment: {
      HOME: scratch.path("home"),
      PATH: `${scratch.path("bin")}:${scratch.path("also")}:/usr/bin:/bin`,
    },
  });
  const engine = (version: string, directory = "bin") =>
    scratch.executable(
      `${directory}/pulumi`,
      `echo asked >> '${scratch.path("asked")}'\necho v${version}`,
    );

  it("is used with the language host that is beside it", async () => {
    const executable = engine("3.280.0");
    const host = scratch.executable("bin/pulumi-language-nodejs", "");

    const found = await usersEngine(place());

    expect(found?.engine).to.deep.equal({ version: "3.280.0", origin: "path", executable });
    expect(found?.languageHost.executable).to.equal(host);
  });

  it("is asked for its version once, and again after an update", async () => {
    engine("3.280.0");
    scratch.executable("bin/pulumi-language-nodejs", "");

    await usersEngine(place());
    await usersEngine(place());
    const once = scratch.read("asked");
    engine("3.281.10");
    const updated = await usersEngine(place());

    expect(once).to.equal("asked\n");
    expect(updated?.engine.version).to.equal("3.281.10");
  });

  for (const version of ["3.100.0", "4.0.0"]) {
    it(`is left alone when it is ${version}`, async () => {
      engine(version);
      scratch.executable("bin/pulumi-language-nodejs", "");

      expect(await usersEngine(place())).to.equal(undefined);
    });
  }

  it("is left alone when it can't say its version", async () => {
    scratch.executable("bin/pulumi", "exit 1");

    expect(await usersEngine(place())).to.equal(undefined);
  });

  it("is left alone without a language host", async () => {
    engine("3.280.0");

    expect(await usersEngine(place())).to.equal(undefined);
  });

  it("is the first on PATH, as for a shell", async () => {
    engine("3.100.0", "bin");
    engine("3.280.0", "also");
    scratch.executable("also/pulumi-language-nodejs", "");

    expect(await usersEngine(place())).to.equal(undefined);
  });

  it("brings the plugins of exactly our version in its home", async () => {
    const plugin = "home/.pulumi/plugins/resource-docker-v5.2.0/pulumi-resource-docker";
    const executable = scratch.executable(plugin, "");

    const found = await usersPlugin("docker", place());

    expect(found).to.deep.equal({ version: "5.2.0", origin: "path", executable });
  });

  it("does not bring a plugin whose installation was interrupted, or another version", async () => {
    scratch.executable("home/.pulumi/plugins/resource-docker-v5.2.0/pulumi-resource-docker", "");
    scratch.write("home/.pulumi/plugins/resource-docker-v5.2.0.partial", "");
    scratch.executable("home/.pulumi/plugins/resource-command-v0.9.0/pulumi-resource-command", "");

    expect(await usersPlugin("docker", place())).to.equal(undefined);
    expect(await usersPlugin("command", place())).to.equal(undefined);
  });

  it("does not count on its home where an unfit plugin on PATH would win over it", async () => {
    scratch.executable("bin/pulumi-resource-docker", "echo 3.0.0");
    scratch.executable("home/.pulumi/plugins/resource-docker-v5.2.0/pulumi-resource-docker", "");

    expect(await usersPlugin("docker", place())).to.equal(undefined);
  });
});
