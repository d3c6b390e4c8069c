import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { firstFailure } from "../../../cli/os/first-failure.ts";
import { passes } from "../../support/passes.ts";

async function failing(message: string, milliseconds: number): Promise<never> {
  await delay(milliseconds);
  throw new Error(message);
}

describe("firstFailure", () => {
  it("throws the first error of the list, whichever came first", async () => {
    const work = [delay(1), failing("first", 20), failing("second", 1)];

    const error = await firstFailure(work).catch((thrown: unknown) => thrown as Error);

    expect((error as Error).message).to.equal("first");
  });

  it("ends well where all do", async () => {
    await passes(firstFailure([delay(1), Promise.resolve("x")]));
  });
});
