import { expect } from "chai";
import type { Activity } from "../../../cli/output/activity.ts";
import { requireMemory } from "../../../cli/deploy/require-memory.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { desiredWith } from "../../support/desired.ts";

const gibibyte = 1024 ** 3;
const provider = { OPENROUTER_API_KEY: "or-key-123456789", FALLBACK_MODEL: "none" };

describe("the memory that a first up needs", () => {
  /** What `up` says where the engine has so much, or the error that it stops with. */
  async function said(gibibytes: number, settings: Readonly<Record<string, string>>) {
    const activities: Activity[] = [];
    const docker = { info: () => Promise.resolve({ MemTotal: gibibytes * gibibyte }) };
    const outcome: unknown = await requireMemory(docker, desiredWith(settings), (activity) => {
      activities.push(activity);
    }).catch((error: unknown) => error);
    if (outcome instanceof StackError) return outcome;
    expect(outcome).to.equal(undefined);
    return activities;
  }
  const registry = { IMAGE_SOURCE: "registry" };

  it("is there on a machine of 8 GiB, for either source of images", async () => {
    expect(await said(7.7, registry)).to.deep.equal([]);
    expect(await said(7.7, {})).to.deep.equal([]);
  });

  it("is short in the virtual machine that Docker Desktop makes on such a machine, and up says so", async () => {
    const [warning] = (await said(3.8, registry)) as Activity[];

    expect(warning).to.include({ phase: "prepare", subject: "memory", status: "warning" });
    expect(warning?.message)
      .to.include("Docker has 3.8 GiB")
      .and.to.include("Docker Desktop")
      .and.to.include("LOCAL_MODEL")
      .and.to.include("FALLBACK_MODEL=none");
  });

  it("can't be there in 2 GiB with the published images: up refuses, with the ways out", async () => {
    const refused = await said(2, registry);

    expect(refused).to.be.instanceOf(StackError);
    expect((refused as StackError).message).to.match(/use about 4\.\d GiB .* has 2\.0 GiB/);
  });

  it("is enough in 3 GiB once one of those ways is taken", async () => {
    expect(await said(3, registry)).to.be.instanceOf(StackError);
    expect(await said(3, { ...registry, ...provider })).to.deep.equal([]);
    expect(await said(3, { ...registry, LOCAL_MODEL: "acme/Tiny-GGUF:Q4_0" })).to.deep.equal([]);
    expect(await said(3, {})).to.deep.equal([]);
  });
});
