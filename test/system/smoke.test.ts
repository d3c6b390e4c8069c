import { expect } from "chai";
import type { SmokeResult } from "../../cli/agent/smoke/run-smoke.ts";
import { resultOf, systemStack } from "../support/system-stack.ts";

describe("smoke", () => {
  it("passes on the real stack, with the agent's, the model's and the tool's spans in Phoenix", async () => {
    const { exitCode, stdout, stderr } = await systemStack().stack("smoke", "--json");
    const requests = resultOf(stdout)["requests"] as SmokeResult[];

    expect(exitCode, stdout + stderr).to.equal(0);
    expect(resultOf(stdout)["tracesChecked"]).to.equal(true);
    expect(requests.map(({ name }) => name)).to.deep.equal([
      "agent",
      "chat completion",
      "web search",
    ]);
    expect(requests[2]?.spans).to.include.members(["AGENT", "LLM", "TOOL"]);
  });
});
