import { expect } from "chai";
import { onFreePorts } from "../../../cli/ports/on-free-ports.ts";
import { PortTakenError } from "../../../cli/ports/port-plan.ts";

function taken(port: number): PortTakenError {
  return new PortTakenError(`port ${port} is taken`, { ports: [port], remedy: "" });
}

describe("up --auto-ports", () => {
  it("chooses again where a port was taken between the choice and its use", async () => {
    const told: number[][] = [];
    const choose = (lost: readonly number[]) => {
      told.push([...lost]);
      return Promise.resolve(8000 + 100 * lost.length);
    };
    const bringUp = (port: number) =>
      port < 8200 ? Promise.reject(taken(port)) : Promise.resolve(`on ${port}`);

    expect(await onFreePorts(choose, bringUp)).to.equal("on 8200");
    expect(told).to.deep.equal([[], [8000], [8000, 8100]]);
  });

  it("knows which ports were lost before", async () => {
    const choose = (lost: readonly number[]) => Promise.resolve([...lost]);

    expect(await onFreePorts(choose, (lost) => Promise.resolve(lost), [8000])).to.deep.equal([
      8000,
    ]);
  });

  it("gives up in the end, with the error of the last attempt", async () => {
    let attempts = 0;
    const bringUp = () => Promise.reject(taken(++attempts));

    const error: unknown = await onFreePorts(() => Promise.resolve(0), bringUp).catch(
      (reason: unknown) => reason,
    );

    expect(String(error)).to.include("port 3 is taken");
  });

  it("does not repeat what failed for another reason", async () => {
    let attempts = 0;
    const bringUp = () => {
      attempts += 1;
      return Promise.reject(new Error("unhealthy"));
    };

    await onFreePorts(() => Promise.resolve(0), bringUp).catch(() => undefined);

    expect(attempts).to.equal(1);
  });
});
