import { expect } from "chai";
import { setTimeout as delay } from "node:timers/promises";
import { beingFinished, finishing } from "../../../cli/os/finishing.ts";
import { endingOnInterrupt } from "../../../cli/command-line/interruption.ts";
import { StackError } from "../../../infra/stack-error.ts";

const never = () => new Promise<never>(() => undefined);

/** Runs `command`, aborts it at once, and answers with its outcome and with what the user was told. */
async function interrupt(command: (signal: AbortSignal) => Promise<unknown>) {
  const controller = new AbortController();
  const told: string[] = [];
  const running = endingOnInterrupt(controller.signal, () => command(controller.signal), {
    onFinishing: (what) => told.push(what),
    graceMilliseconds: 60,
  });
  controller.abort();
  const outcome = await running.catch((error: unknown) => error);
  return { outcome, told };
}

describe("Ctrl-C", () => {
  it("ends a command that does not listen", async () => {
    const { outcome, told } = await interrupt(never);

    expect(outcome).to.be.instanceOf(StackError).and.to.have.property("exitCode", 130);
    expect(told).to.deep.equal([]);
  });

  it("waits for what must not be cut short, says what that is once, and then ends the command", async () => {
    let finished = false;
    const { outcome, told } = await interrupt(async () => {
      await finishing("the removals", async () => {
        await delay(300);
        finished = true;
      });
      await never();
    });

    expect(finished).to.equal(true);
    expect(told).to.deep.equal(["the removals"]);
    expect(outcome).to.have.property("message", "Interrupted.");
  });

  it("leaves the last word to a command that ends by itself", async () => {
    const own = new StackError("Interrupted: two services run.", { remedy: "", exitCode: 130 });

    expect((await interrupt(() => Promise.reject(own))).outcome).to.equal(own);
    expect((await interrupt(() => Promise.resolve(0))).outcome).to.equal(0);
  });

  it("is not a bug of ours where it makes a step fail", async () => {
    const { outcome } = await interrupt((signal) => delay(10_000, undefined, { signal }));

    expect(outcome).to.be.instanceOf(StackError).and.to.have.property("exitCode", 130);
  });
});

describe("finishing", () => {
  it("names what is under way, the innermost first, and nothing after a failure", async () => {
    const seen: unknown[] = [];
    const failure = await finishing("the outer", async () => {
      await finishing("the inner", () => Promise.resolve(seen.push(beingFinished())));
      seen.push(beingFinished());
      throw new Error("no");
    }).catch(String);

    expect(failure).to.include("no");
    expect([...seen, beingFinished()]).to.deep.equal(["the inner", "the outer", undefined]);
  });
});
