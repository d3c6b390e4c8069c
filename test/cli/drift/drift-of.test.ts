import { expect } from "chai";
import {
  driftOf,
  type ExpectedContainer,
  type InspectedContainer,
} from "../../../cli/drift/drift-of.ts";

const facts = { name: "x-agent", "env LOG_LEVEL": "info", "port 8000/tcp": "127.0.0.1:8000" };

function wanted(differences: Partial<ExpectedContainer> = {}): ExpectedContainer {
  return { service: "agent", id: "id-1", facts: new Map(Object.entries(facts)), ...differences };
}

function found(
  changes: Readonly<Record<string, string>> = {},
  differences: Partial<InspectedContainer> = {},
): InspectedContainer {
  return {
    service: "agent",
    id: "id-1",
    name: "x-agent",
    facts: new Map(Object.entries({ ...facts, ...changes })),
    ...differences,
  };
}

describe("drift", () => {
  it("is nothing where all is as it was applied", () => {
    expect(driftOf([wanted()], [found()])).to.deep.equal([]);
  });

  it("names what is changed, gone or added, with what should be and what is", () => {
    const changed = found(
      {},
      {
        facts: new Map([
          ["name", "x-agent"],
          ["env LOG_LEVEL", "debug"],
          ["label who", "me"],
        ]),
      },
    );

    expect(driftOf([wanted()], [changed])).to.deep.equal([
      { service: "agent", aspect: "env LOG_LEVEL", expected: "info", actual: "debug" },
      { service: "agent", aspect: "label who", actual: "me" },
      { service: "agent", aspect: "port 8000/tcp", expected: "127.0.0.1:8000" },
    ]);
  });

  it("names a container that is missing, by its name", () => {
    expect(driftOf([wanted()], [])).to.deep.equal([
      { service: "agent", aspect: "container", expected: "x-agent" },
    ]);
  });

  it("names a container that nobody asked for, beside the right one", () => {
    const stranger = found({ name: "x-copy" }, { id: "id-2", name: "x-copy" });

    expect(driftOf([wanted()], [stranger, found()])).to.deep.equal([
      { service: "agent", aspect: "container", actual: "x-copy" },
    ]);
  });

  it("compares one that was made by hand in the place of ours, and says that it was", () => {
    const other = found({ "env LOG_LEVEL": "debug" }, { id: "id-2" });

    expect(driftOf([wanted()], [other]).map(({ aspect }) => aspect)).to.deep.equal([
      "container id",
      "env LOG_LEVEL",
    ]);
  });

  it("takes the engine's own size of shared memory where none was asked for", () => {
    expect(driftOf([wanted()], [found({ "shared memory": "64 MiB" })])).to.deep.equal([]);
  });
});
