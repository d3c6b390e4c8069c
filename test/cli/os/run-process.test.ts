import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "chai";
import { ProcessFailure, runProcess } from "../../../cli/os/run-process.ts";
import { Scratch } from "../toolchain/scratch.ts";

describe("a program run for the toolchain", () => {
  let scratch: Scratch;

  beforeEach(() => {
    scratch = new Scratch();
  });

  afterEach(() => {
    scratch.remove();
  });

  const environment = { PATH: "/usr/bin:/bin" };
  const failureOf = (run: Promise<void>) => run.then(() => undefined).catch((e: unknown) => e);

  it("is heard line by line, on both streams", async () => {
    const lines: string[] = [];

    await runProcess("/bin/sh", ["-c", "echo one; echo two >&2"], {
      environment,
      onLine: (line) => lines.push(line),
    });

    expect(lines).to.have.members(["one", "two"]);
  });

  it("fails with the last lines that it said", async () => {
    const error = await failureOf(
      runProcess("/bin/sh", ["-c", "seq 100; echo broken; exit 3"], { environment }),
    );

    expect(error).to.be.instanceOf(ProcessFailure);
    expect((error as ProcessFailure).message).to.contain("exit code 3");
    expect((error as ProcessFailure).tail.at(-1)).to.equal("broken");
    expect((error as ProcessFailure).tail).to.have.lengthOf(40);
  });

  it("fails in the same way where it is missing", async () => {
    const error = await failureOf(runProcess(scratch.path("none"), [], { environment }));

    expect(error).to.be.instanceOf(ProcessFailure);
  });

  it("ends with all that it started when interrupted", async () => {
    const interruption = new AbortController();
    const late = scratch.path("late");
    const run = runProcess("/bin/sh", ["-c", `(sleep 0.6; echo > '${late}') & echo up; wait`], {
      environment,
      signal: interruption.signal,
      onLine: () => {
        interruption.abort();
      },
    });

    const error = await failureOf(run);
    await sleep(900);

    expect(error).to.have.property("exitCode", 130);
    expect(existsSync(late)).to.equal(false);
  });

  it("is not started at all after an interruption", async () => {
    const file = scratch.path("touched");

    const error = await failureOf(
      runProcess("touch", [file], { environment, signal: AbortSignal.abort() }),
    );

    expect(error).to.have.property("exitCode", 130);
    expect(existsSync(file)).to.equal(false);
  });
});
