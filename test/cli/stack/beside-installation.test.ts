import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { besideInstallation } from "../../../cli/stack/beside-installation.ts";

describe("what is done beside an installation", () => {
  const signal = new AbortController().signal;
  const answering = (answer: boolean) => ({ signal, confirm: () => Promise.resolve(answer) });
  const failure = async (promise: Promise<unknown>) => {
    return promise.then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );
  };

  it("begins when the user has agreed, and is over when the installation is handed on", async () => {
    const seen: string[] = [];
    const installed = await besideInstallation(
      answering(true),
      async (confirm) => {
        seen.push("looking");
        await confirm("Install it?");
        seen.push("installing");
        return "docker";
      },
      async () => {
        seen.push("working");
        await delay(20);
        seen.push("worked");
      },
    );
    expect(installed).to.equal("docker");
    expect(seen).to.deep.equal(["looking", "working", "installing", "worked"]);
  });

  it("never begins where nothing is to be installed, or the user refuses", async () => {
    const never = () => Promise.reject(new Error("it began"));
    expect(
      await besideInstallation(answering(true), () => Promise.resolve("docker"), never),
    ).to.equal("docker");
    const refused = besideInstallation(
      answering(false),
      async (confirm) => {
        if (!(await confirm("Install it?"))) throw new Error("refused");
      },
      never,
    );
    expect(await failure(refused)).to.equal("refused");
  });

  it("is ended by a failed installation, whose error is told", async () => {
    let ended = false;
    const failed = besideInstallation(
      answering(true),
      async (confirm) => {
        await confirm("Install it?");
        throw new Error("no package");
      },
      async (stopped) => {
        await delay(10_000, undefined, { signal: stopped }).catch(() => undefined);
        ended = stopped.aborted;
      },
    );
    expect(await failure(failed)).to.equal("no package");
    expect(ended).to.equal(true);
  });

  it("tells its own failure after the installation", async () => {
    const failed = besideInstallation(
      answering(true),
      async (confirm) => {
        await confirm("Install it?");
        await delay(5);
      },
      () => Promise.reject(new Error("no compiler")),
    );
    expect(await failure(failed)).to.equal("no compiler");
  });
});
