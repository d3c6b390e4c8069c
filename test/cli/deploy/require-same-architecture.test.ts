import type Docker from "dockerode";
import { expect } from "chai";
import { requireSameArchitecture } from "../../../cli/deploy/require-same-architecture.ts";
import { desiredWith } from "../../support/desired.ts";

const engineOn = (Architecture: string) =>
  ({ info: () => Promise.resolve({ Architecture }) }) as unknown as Docker;

async function refusal(
  architecture: string,
  source: "build" | "registry",
): Promise<string | undefined> {
  const desired = desiredWith({ IMAGE_SOURCE: source });
  return requireSameArchitecture(engineOn(architecture), desired, "x64").then(
    () => undefined,
    (error: unknown) => String(error),
  );
}

describe("building for another machine's engine", () => {
  it("is refused where its processor is another one, whose packages this machine has not", async () => {
    expect(await refusal("aarch64", "build")).to.include("it runs on aarch64, this machine on x64");
  });

  it("is as good as here where the processor is the same, and registries have images for each", async () => {
    expect(await refusal("x86_64", "build")).to.equal(undefined);
    expect(await refusal("aarch64", "registry")).to.equal(undefined);
  });
});
