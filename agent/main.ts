import { startAgent } from "./startup/start-agent.ts";

const agent = await startAgent(process.env);
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => void agent.stop().then(() => process.exit()));
}
