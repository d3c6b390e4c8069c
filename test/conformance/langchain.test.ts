import { execFileSync } from "node:child_process";
import path from "node:path";
import {
  conformanceAgent,
  otherModel,
  type ConformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { expectAllPassed, runPytest } from "../support/conformance/pytest.ts";
import { clientsLock, lockedPython } from "../support/conformance/python.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const file = "test_langchain.py";

describe("LangChain's standard tests", () => {
  let agent: ConformanceAgent;
  before(async () => {
    agent = await conformanceAgent(obligingTurn);
  });
  after(() => agent.close());

  it("of a chat model pass through langchain-openai", async () => {
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

  it("of embeddings pass through langchain-openai with its defaults, which send tokens", async () => {
    const report = await runPytest({
      python: await lockedPython(),
      folder: import.meta.dirname,
      files: ["test_langchain_embeddings.py"],
      notRun: {},
      environment: {
        TEST_API_BASE_URL: agent.url,
        TEST_API_KEY: agent.apiKey,
        // tiktoken would fetch it; LiteLLM's package has it.
        TIKTOKEN_CACHE_DIR: await tokenizers(),
      },
    });

    expectAllPassed(report, { passed: 5, notRun: 0 });
  });
});

async function tokenizers(): Promise<string> {
  const python = await lockedPython(clientsLock);
  const find =
    "import importlib.util as u; print(u.find_spec('litellm').submodule_search_locations[0])";
  const folder = execFileSync(python, ["-c", find], { encoding: "utf8" }).trim();
  return path.join(folder, "litellm_core_utils/tokenizers");
}
