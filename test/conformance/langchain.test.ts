import {
  conformanceAgent,
  otherModel,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { expectAllPassed, runPytest } from "../support/conformance/pytest.ts";
import { lockedPython } from "../support/conformance/python.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const file = "test_langchain.py";

describe("LangChain's standard tests of a chat model", () => {
  let agent: ConformanceAgent;
  before(async () => {
    agent = await conformanceAgent(obligingTurn);
  });
  after(() => agent.close());

  it("pass through langchain-openai", async () => {
    const python = await lockedPython();

    const report = await runPytest({
      python,
      folder: import.meta.dirname,
      files: [file],
      notRun: {
        [`${file}::TestAgent::test_stream_time`]:
          "It times LangChain's own code on a recorded answer, and asks no server.",
      },
      environment: {
        TEST_API_BASE_URL: agent.url,
        TEST_API_KEY: agent.apiKey,
        TEST_MODEL: "planner",
        TEST_OTHER_MODEL: otherModel,
      },
    });

    expectAllPassed(report, { passed: 49, notRun: 1 });
  });
});
