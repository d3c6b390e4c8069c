import { expect } from "chai";
import { parseAgentEnvironment } from "../../agent/contract/parse-environment.ts";
import { agentSettings } from "../../infra/settings/agent-settings.ts";
import { StackError } from "../../infra/stack-error.ts";
import { desiredWith } from "../support/desired.ts";
import { settingsWith } from "../support/settings.ts";

function agentWith(overrides: Record<string, string> = {}) {
  const { specs } = desiredWith(overrides);
  const spec = specs.find(({ name }) => name === "agent");
  if (!spec) throw new Error("There is no agent.");
  const environment = Object.fromEntries(
    Object.entries(spec.environment).map(([name, value]) => [
      name,
      typeof value === "string" ? value : value.secret,
    ]),
  );
  return { spec, environment };
}

describe("the agent's settings", () => {
  it("have the agent's own defaults, so that none need be passed on", () => {
    const { environment } = agentWith({ OPENROUTER_API_KEY: "or-key-123456789" });
    const bare = parseAgentEnvironment(environment);
    const defaults = Object.entries(agentSettings).map(([name, { fallback }]) => [name, fallback]);
    const spelledOut = parseAgentEnvironment({
      ...environment,
      ...(Object.fromEntries(defaults) as Record<string, string>),
    });

    expect(environment).not.to.have.any.keys(...Object.keys(agentSettings));
    expect(spelledOut).to.deep.equal(bare);
  });

  it("reach the agent where they were changed, and mean there what they say", () => {
    const { environment } = agentWith({
      AGENT_MEMORY_SCOPE: "user",
      AGENT_RETENTION_DAYS: "30",
      AGENT_TASK_MODEL: "local",
      AGENT_MODEL_ALIASES: "gpt-4o=planner",
      OPENINFERENCE_HIDE_INPUTS: "true",
    });

    expect(parseAgentEnvironment(environment)).to.deep.include({
      AGENT_MEMORY_SCOPE: "user",
      AGENT_RETENTION_DAYS: 30,
      AGENT_TASK_MODEL: "local",
      AGENT_MODEL_ALIASES: ["gpt-4o=planner"],
      OPENINFERENCE_HIDE_INPUTS: true,
    });
  });

  it("are refused before anything starts, in the agent's own terms", () => {
    const read = (name: string, value: string) => () => settingsWith({ [name]: value });

    expect(read("AGENT_MAX_RUNS", "many")).to.throw(StackError, "a whole number from 1 to 10000");
    expect(read("AGENT_MEMORY_SCOPE", "all")).to.throw(StackError, "conversation or user or off");
    expect(read("OPENINFERENCE_HIDE_INPUTS", "perhaps")).to.throw(StackError, "true or false");
  });

  it("leave a local model what its context holds, unless the operator knows better", () => {
    const tokens = (overrides: Record<string, string>) =>
      agentWith(overrides).environment["AGENT_CONTEXT_TOKENS"];

    expect(tokens({})).to.equal("6144");
    expect(tokens({ AGENT_CONTEXT_TOKENS: "7000" })).to.equal("7000");
    expect(tokens({ OPENROUTER_API_KEY: "or-key-123456789" })).to.equal(undefined);
  });

  it("give the agent the time to drain that was set, and some to flush", () => {
    expect(agentWith({ AGENT_DRAIN_SECONDS: "60" }).spec.stopGraceSeconds).to.equal(75);
  });
});

describe("Open WebUI", () => {
  it("tells the agent which requests are its own tasks, and where in its chat a turn is", () => {
    const page = desiredWith().specs.find(({ name }) => name === "open-webui");

    expect(JSON.parse(page?.environment["OPENAI_API_CONFIGS"] as string)).to.deep.equal({
      "0": {
        enable: true,
        headers: {
          "X-Task": "{{TASK}}",
          "X-OpenWebUI-Message-Id": "{{MESSAGE_ID}}",
          "X-OpenWebUI-User-Message-Id": "{{USER_MESSAGE_ID}}",
          "X-OpenWebUI-User-Message-Parent-Id": "{{USER_MESSAGE_PARENT_ID}}",
        },
      },
    });
  });
});
