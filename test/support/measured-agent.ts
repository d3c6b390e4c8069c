import { monitorEventLoopDelay } from "node:perf_hooks";
import { setFlagsFromString } from "node:v8";
import { litellmModel } from "../../agent/adapters/litellm-model.ts";
import { postgresConversations } from "../../agent/adapters/postgres-conversations.ts";
import { storableJson } from "../../agent/adapters/storable-json.ts";
import { testApp } from "./test-app.ts";

// An agent alone in its process, for a test of what it takes. Its argument is the
// model's address; it says its own, and at the end of its standard input what it took.

const [modelUrl = ""] = process.argv.slice(2);
// As where a container has 512 MiB, of which V8 takes half.
setFlagsFromString("--max-old-space-size=256");
let storedCharacters = 0;
/** Postgres in so far as it is told. */
const pool = {
  query: ({ values }: { readonly values: readonly unknown[] }) => {
    storedCharacters += storableJson(values).length;
    return Promise.resolve({ rows: [{ id: "", userId: "anonymous", history: [] }], rowCount: 1 });
  },
} as never;
const { app } = testApp(
  modelUrl,
  { AGENT_TOTAL_BODY_BYTES: String(128 * 1024 * 1024) },
  {
    conversations: postgresConversations(pool),
    // On a busy machine a picture takes its time to the model.
    model: litellmModel({
      baseUrl: modelUrl,
      apiKey: "none",
      firstTokenTimeoutMs: 30_000,
      idleTimeoutMs: 30_000,
      turnCharacters: 1000,
    }),
  },
);
const delays = monitorEventLoopDelay({ resolution: 10 });
const address = await app.listen({ host: "127.0.0.1", port: 0 });
delays.enable();
process.stdout.write(`${address}\n`);
process.stdin.resume().on("end", () => {
  const took = {
    maxRssMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
    longestBlockMs: Math.round(delays.max / 1e6),
    storedCharacters,
  };
  process.stdout.write(`${JSON.stringify(took)}\n`, () => process.exit());
});
