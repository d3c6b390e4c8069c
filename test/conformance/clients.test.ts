import path from "node:path";
import {
  type ConformanceAgent,
  conformanceAgent,
  otherModel,
} from "../support/conformance/conformance-agent.ts";
import { expectAllPassed, runPytest } from "../support/conformance/pytest.ts";
import { clientsLock, lockedPython } from "../support/conformance/python.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

describe("clients of Python", () => {
  let agent: ConformanceAgent;
  let environment: Readonly<Record<string, string>>;
  before(async () => {
    agent = await conformanceAgent(obligingTurn);
    environment = {
      TEST_API_BASE_URL: agent.url,
      TEST_API_KEY: agent.apiKey,
      TEST_MODEL: "planner",
      TEST_OTHER_MODEL: otherModel,
      TEST_KNOWN_MODEL: "gpt-4o",
    };
  });
  after(() => agent.close());

  it("instructor, LlamaIndex and LiteLLM's SDK work with chats, tools and embeddings", async () => {
    const report = await runPytest({
      python: await lockedPython(clientsLock),
      folder: path.join(import.meta.dirname, "clients"),
      files: ["test_clients.py"],
      notRun: {},
      environment,
    });

    expectAllPassed(report, { passed: 9, notRun: 0 });
  });

  it("pydantic-ai works with its chat model", async () => {
    const report = await runPytest({
      python: await lockedPython(),
      folder: import.meta.dirname,
      files: ["test_pydantic_ai.py"],
      notRun: {},
      environment,
    });

    expectAllPassed(report, { passed: 4, notRun: 0 });
  });
});
