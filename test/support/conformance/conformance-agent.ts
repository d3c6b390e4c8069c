import { testApp } from "../test-app.ts";
import { startModelServer, type ModelServerOptions } from "../model-server.ts";

export interface ConformanceAgent {
  /** With `/v1`. */
  readonly url: string;
  readonly apiKey: string;
  readonly close: () => Promise<void>;
}

/** What suites call the model, beside our own name for it. */
export const otherModel = "gpt-6-astra";

/** The agent on a loopback port, behind a key, in front of a model that answers as `turns` says. */
export async function conformanceAgent(
  turns: ModelServerOptions["turns"],
  changes: Parameters<typeof testApp>[2] = {},
): Promise<ConformanceAgent> {
  const apiKey = "My API Key";
  const model = await startModelServer({ turns });
  const environment = {
    AGENT_API_KEYS: apiKey,
    AGENT_MODEL_ALIASES: `${otherModel}=${otherModel},gpt-4o=planner,text-embedding-3-small=embed`,
    AGENT_RATE_LIMIT_PER_MINUTE: "100000",
  };
  const { app } = testApp(model.url, environment, changes);
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    url: `${address}/v1`,
    apiKey,
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
      await model.close();
    },
  };
}
