import { expect } from "chai";
import {
  buildProgress,
  goBuild,
  goEnvironment,
  memoryLimit,
} from "../../../cli/toolchain/go-build.ts";
import { Scratch } from "./scratch.ts";

const size = { packages: 20, usually: "2 min" };

describe("a build of a Go module", () => {
  it("says how many modules it has downloaded, and then how many packages it has compiled", () => {
    const said: string[] = [];
    const onLine = buildProgress(size, (message) => said.push(message));

    onLine("go: downloading golang.org/x/sys v0.49.0");
    onLine("golang.org/x/sys/unix");
    onLine("# golang.org/x/sys/unix");

    expect(said).to.have.lengthOf(3);
    expect(said[1]).to.contain("1 so far").and.to.contain("usually 2 min");
    expect(said[2]).to.contain("1 of at most 20 packages");
  });

  it("is not changed by a user's flags or workspace, and keeps the user's proxy", () => {
    const compiler = { executable: "go", environment: {} };
    const user = { GOFLAGS: "-mod=mod", GOWORK: "/w/go.work", GOPROXY: "mirror" };

    expect(goEnvironment(compiler, user)).to.include({
      GOFLAGS: "",
      GOWORK: "off",
      GOPROXY: "mirror",
      GOTOOLCHAIN: "local",
    });
  });

  it("lets the compiler use memory that is there, and keeps the user's own limits", () => {
    const compiler = { executable: "go", environment: {} };
    expect(goEnvironment(compiler, {})).to.include({ GOGC: "1000" });
    expect(goEnvironment(compiler, { GOGC: "50", GOMEMLIMIT: "2GiB" })).to.include({
      GOGC: "50",
      GOMEMLIMIT: "2GiB",
    });
    const gibibytes = (count: number) => count * 1024 ** 3;
    expect(memoryLimit(gibibytes(24), 2)).to.equal("1024MiB");
    expect(memoryLimit(gibibytes(16), 16)).to.equal("512MiB");
    expect(memoryLimit(gibibytes(1), 8)).to.equal("128MiB");
  });

  it("fails with the compiler's last words", async () => {
    const scratch = new Scratch();
    const go = scratch.executable("go", "echo 'main.go:1:1: expected package' >&2; exit 1");

    const error: unknown = await goBuild(
      {
        subject: "hammer",
        directory: scratch.directory,
        package: ".",
        flags: [],
        output: scratch.path("hammer"),
        size,
      },
      { executable: go, environment: {} },
      {
        root: scratch.directory,
        directory: scratch.directory,
        environment: { PATH: "/usr/bin:/bin" },
        signal: undefined,
        report: () => undefined,
        say: () => undefined,
      },
    ).catch((reason: unknown) => reason);
    scratch.remove();

    expect(error).to.have.property("details").that.includes("main.go:1:1: expected package");
  });
});
