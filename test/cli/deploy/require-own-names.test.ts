import { expect } from "chai";
import type Docker from "dockerode";
import { foreignVolumes, listDataVolumes } from "../../../cli/stack/data-formats.ts";
import { requireOwnNames } from "../../../cli/deploy/require-own-names.ts";
import { labelNames, networkName, volumeName } from "../../../infra/render-container.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { desiredWith } from "../../support/desired.ts";
import { passes } from "../../support/passes.ts";

const other = "0123456789abcdef";

type Labelled = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** An engine with these volumes and networks, and no container; it filters by label as Docker does. */
function engineWith(volumes: Labelled, networks: Labelled = {}): Docker {
  const missing = () => Promise.reject(Object.assign(new Error("no such"), { statusCode: 404 }));
  const listed = Object.entries(volumes).map(([Name, Labels]) => ({ Name, Labels }));
  return {
    getContainer: () => ({ inspect: missing }),
    getNetwork: (name: string) => ({
      inspect: () => (name in networks ? Promise.resolve({ Labels: networks[name] }) : missing()),
    }),
    getVolume: (name: string) => ({
      inspect: () => (name in volumes ? Promise.resolve({ Labels: volumes[name] }) : missing()),
    }),
    listVolumes: ({ filters }: { filters: { label: string[] } }) =>
      Promise.resolve({
        Volumes: listed.filter(({ Labels }) =>
          filters.label.every((each) => {
            const [name = "", value] = each.split("=");
            return Labels[name] === value;
          }),
        ),
      }),
  } as unknown as Docker;
}

function labels(owner: string, stackName: string) {
  return { [labelNames.owner]: owner, [labelNames.stack]: stackName };
}

async function refusal(action: Promise<unknown>): Promise<StackError> {
  const error = await action.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof StackError) return error;
  throw new Error(`not refused: ${String(error)}`);
}

describe("a volume that another clone made", () => {
  const stack = desiredWith();
  const { identity } = stack;
  const name = volumeName(identity, { dataFormat: "postgres-18", volume: "data" });
  const theirs = engineWith({ [name]: labels(other, identity.stackName) });

  it("is not mounted, and the error says how to take it over", async () => {
    const { details, remedy } = await refusal(requireOwnNames(theirs, stack));

    expect(details).to.deep.equal([`${name}, of the owner ${other}`]);
    expect(remedy).to.include(`ADOPT_VOLUMES_OF=${other}`).and.to.include("STACK_PROJECT_NAME");
  });

  it("is this clone's once it is adopted: mounted, listed and removed with the stack", async () => {
    const adopting = desiredWith({ ADOPT_VOLUMES_OF: other });
    await requireOwnNames(theirs, adopting);

    const listed = await listDataVolumes(theirs, adopting.identity);
    expect(listed.map((volume) => volume.name)).to.deep.equal([name]);
    expect(await foreignVolumes(theirs, identity.project, adopting.identity)).to.deep.equal([]);
  });

  it("is not taken for deleted by down", async () => {
    expect(await listDataVolumes(theirs, identity)).to.deep.equal([]);
    expect(await foreignVolumes(theirs, identity.project, identity)).to.deep.equal([
      { name, owner: other },
    ]);
  });

  it("is refused as well where nobody has marked it", async () => {
    const { remedy } = await refusal(requireOwnNames(engineWith({ [name]: {} }), stack));

    expect(remedy).to.include("docker volume rm").and.not.to.include("ADOPT_VOLUMES_OF");
  });

  it("of this clone's own is mounted", async () => {
    await passes(requireOwnNames(engineWith({ [name]: labels(identity.owner, "test") }), stack));
  });
});

describe("a network that is called as the stack's", () => {
  const stack = desiredWith();
  const { identity } = stack;
  const name = networkName(identity);

  it("is used where it is the stack's own", async () => {
    const own = labels(identity.owner, identity.stackName);

    await passes(requireOwnNames(engineWith({}, { [name]: own }), stack));
  });

  it("is to be removed where it was made by hand, and is another clone's otherwise", async () => {
    const byHand = await refusal(requireOwnNames(engineWith({}, { [name]: {} }), stack));
    const theirs = engineWith({}, { [name]: labels(other, identity.stackName) });
    const foreign = await refusal(requireOwnNames(theirs, stack));

    expect(byHand.message).to.include(name);
    expect(byHand.remedy).to.include(`docker network rm ${name}`);
    expect(foreign.remedy).to.include("STACK_PROJECT_NAME").and.not.to.include("network rm");
  });
});
