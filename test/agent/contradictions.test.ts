import { expect } from "chai";
import fc from "fast-check";
import type { AgentEnvironment } from "../../agent/contract/environment.ts";
import { parseAgentEnvironment } from "../../agent/contract/parse-environment.ts";
import { StackError } from "../../infra/stack-error.ts";
import { settingsWith } from "../support/settings.ts";

type Changes = Readonly<Partial<Record<keyof AgentEnvironment, string>>>;

const required = {
  DATABASE_URL: "postgresql://agent:a-password@postgres/agent",
  LITELLM_BASE_URL: "http://litellm:4000/v1",
  LITELLM_API_KEY: "sk-secret",
  QDRANT_URL: "http://qdrant:6333",
};
const refusal = (read: () => unknown): Error | undefined => {
  try {
    read();
    return undefined;
  } catch (error) {
    return error as Error;
  }
};
const agentRefusal = (changes: Changes) =>
  refusal(() => parseAgentEnvironment({ ...required, ...changes }));

describe("settings that contradict each other", () => {
  const cases: readonly [Changes, remedy: RegExp, good: Changes][] = [
    [
      { AGENT_RUN_DEADLINE_SECONDS: "15", AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: "15" },
      /AGENT_RUN_DEADLINE_SECONDS to at least 30\./,
      {
        AGENT_RUN_DEADLINE_SECONDS: "30",
        AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: "15",
        AGENT_IDLE_TIMEOUT_SECONDS: "15",
      },
    ],
    [
      { AGENT_TOOL_TIMEOUT_SECONDS: "170" },
      /AGENT_RUN_DEADLINE_SECONDS to at least 185, or AGENT_TOOL_TIMEOUT_SECONDS to at most 165\./,
      { AGENT_TOOL_TIMEOUT_SECONDS: "165" },
    ],
    [
      { AGENT_TOOL_TIMEOUT_SECONDS: "3600" },
      /Set AGENT_TOOL_TIMEOUT_SECONDS to at most 165\./,
      { AGENT_TOOL_TIMEOUT_SECONDS: "3585", AGENT_RUN_DEADLINE_SECONDS: "3600" },
    ],
    [
      { AGENT_FETCH_TIMEOUT_SECONDS: "16" },
      /AGENT_TOOL_TIMEOUT_SECONDS to at least 16, or AGENT_FETCH_TIMEOUT_SECONDS to at most 15\./,
      { AGENT_FETCH_TIMEOUT_SECONDS: "15" },
    ],
    [
      {
        AGENT_MEMORY_TIMEOUT_MILLISECONDS: "45001",
        AGENT_RUN_DEADLINE_SECONDS: "60",
      },
      /AGENT_RUN_DEADLINE_SECONDS to at least 61, or AGENT_MEMORY_TIMEOUT_MILLISECONDS to at most 45000\./,
      { AGENT_MEMORY_TIMEOUT_MILLISECONDS: "45000", AGENT_RUN_DEADLINE_SECONDS: "60" },
    ],
    [
      { AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: "181" },
      /AGENT_FIRST_TOKEN_TIMEOUT_SECONDS to at most 180\./,
      { AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: "180" },
    ],
    [
      { AGENT_IDLE_TIMEOUT_SECONDS: "181" },
      /AGENT_IDLE_TIMEOUT_SECONDS to at most 180\./,
      { AGENT_IDLE_TIMEOUT_SECONDS: "180" },
    ],
    [
      { AGENT_STATEMENT_TIMEOUT_SECONDS: "181" },
      /AGENT_STATEMENT_TIMEOUT_SECONDS to at most 180\./,
      { AGENT_STATEMENT_TIMEOUT_SECONDS: "180" },
    ],
    [
      { AGENT_BODY_LIMIT_BYTES: "2048", AGENT_TOTAL_BODY_BYTES: "2047" },
      /AGENT_TOTAL_BODY_BYTES to at least 2048/,
      { AGENT_BODY_LIMIT_BYTES: "2048", AGENT_TOTAL_BODY_BYTES: "2048" },
    ],
    [
      { AGENT_TURN_CHARACTERS: "1000001" },
      /AGENT_TURN_CHARACTERS to at most 1000000/,
      { AGENT_TURN_CHARACTERS: "1000000" },
    ],
    [
      { AGENT_RUN_CHARACTERS: "16000001" },
      /AGENT_TOTAL_CHARACTERS to at least 16000001/,
      { AGENT_RUN_CHARACTERS: "16000000" },
    ],
    [
      { AGENT_MAX_RUNS: "4", AGENT_MAX_RUNS_PER_KEY: "5" },
      /AGENT_MAX_RUNS_PER_KEY to at most 4/,
      { AGENT_MAX_RUNS: "4", AGENT_MAX_RUNS_PER_KEY: "4" },
    ],
    [
      { AGENT_MAX_RUNS_PER_USER: "65" },
      /AGENT_MAX_RUNS_PER_USER to at most 64/,
      { AGENT_MAX_RUNS_PER_USER: "64" },
    ],
    [
      { AGENT_MAX_RUNS_PER_KEY: "4", AGENT_MAX_RUNS_PER_USER: "5" },
      /AGENT_MAX_RUNS_PER_USER to at most 4/,
      { AGENT_MAX_RUNS_PER_KEY: "4", AGENT_MAX_RUNS_PER_USER: "4" },
    ],
  ];
  for (const [changes, remedy, good] of cases) {
    const what = Object.entries(changes).map(([name, value]) => `${name}=${value}`);
    it(`are refused with the remedy, by the agent and by the stack: ${what.join(" ")}`, () => {
      const byStack = refusal(() => settingsWith(changes));

      expect(agentRefusal(changes)?.message).to.match(remedy);
      expect(byStack).to.be.instanceOf(StackError);
      expect(byStack?.message).to.match(remedy);
      expect(agentRefusal(good)).to.equal(undefined);
      expect(refusal(() => settingsWith(good))).to.equal(undefined);
    });
  }

  it("are not defaults, and none where one of them is off", () => {
    expect(agentRefusal({})).to.equal(undefined);
    expect(agentRefusal({ AGENT_MAX_RUNS_PER_KEY: "0", AGENT_MAX_RUNS_PER_USER: "30" })).to.equal(
      undefined,
    );
  });

  it("are a caller's key that is the trusted one, too, which no message shows", () => {
    const shared = "canary-of-a-shared-key";
    const changes = { AGENT_API_KEYS: `other,${shared}`, OPENWEBUI_AGENT_KEY: shared };

    for (const refused of [agentRefusal(changes), refusal(() => settingsWith(changes))]) {
      expect(refused?.message).to.include("OPENWEBUI_AGENT_KEY is also one of AGENT_API_KEYS");
      expect(refused?.message).not.to.include("canary");
    }
  });

  it("leave every run that is let in the time for one tool and an answer, whatever is set", () => {
    const seconds = fc.integer({ min: 1, max: 3600 });
    fc.assert(
      fc.property(seconds, seconds, seconds, (deadline, tool, fetch) => {
        const refused = agentRefusal({
          AGENT_RUN_DEADLINE_SECONDS: String(deadline),
          AGENT_TOOL_TIMEOUT_SECONDS: String(tool),
          AGENT_FETCH_TIMEOUT_SECONDS: String(fetch),
          AGENT_FIRST_TOKEN_TIMEOUT_SECONDS: "1",
          AGENT_IDLE_TIMEOUT_SECONDS: "1",
          AGENT_STATEMENT_TIMEOUT_SECONDS: "1",
          AGENT_MEMORY_TIMEOUT_MILLISECONDS: "10",
        });
        const isMeant = tool + 15 <= deadline && fetch <= tool;
        expect(refused === undefined).to.equal(isMeant);
      }),
      { seed: 20_261_129 },
    );
  });
});
