import {
  conformanceAgent,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { expectAllPassed, runPytest } from "../support/conformance/pytest.ts";
import { lockedPython } from "../support/conformance/python.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

describe("Python's clients of the Responses API", () => {
  let agent: ConformanceAgent;
  before(async () => {
    agent = await conformanceAgent(obligingTurn);
  });
  after(() => agent.close());

  it("work as they are by default: OpenAI's, its Agents SDK, LangChain, the specification's types", async () => {
    const report = await runPytest({
      python: await lockedPython(),
      folder: import.meta.dirname,
      files: ["test_responses.py"],
      notRun: {},
      environment: { TEST_API_BASE_URL: agent.url, TEST_API_KEY: agent.apiKey },
    });

    expectAllPassed(report, { passed: 20, notRun: 0 });
  });
});
