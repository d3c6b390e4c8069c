import { expect } from "chai";
import { allTools, toolNames } from "../../../agent/tools/index.ts";

describe("the agent's tools", () => {
  it("have the names that the description of the API gives", () => {
    // No tool asks its services before it is called.
    const tools = allTools({} as never);

    expect(tools.map(({ name }) => name)).to.deep.equal(toolNames);
  });
});
