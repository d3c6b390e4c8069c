import type { Settings } from "../../infra/settings/definitions.ts";
import { parseSettings } from "../../infra/settings/parse.ts";

/** Settings as a first `up` would have them, with fixed secrets, and `overrides` on top. */
export function settingsWith(overrides: Readonly<Record<string, string>> = {}): Settings {
  const values = {
    POSTGRES_PASSWORD: "postgres-password-1",
    AGENT_DB_PASSWORD: "agent-password-1",
    LITELLM_MASTER_KEY: "sk-master-key-1234",
    STACK_RECORD_KEY: "record-key-123456",
    ...overrides,
  };
  return parseSettings([{ source: "the test", values, onlySettings: true }]).settings;
}
