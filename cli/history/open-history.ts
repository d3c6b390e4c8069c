import { readPassphrase } from "../stack/passphrase.ts";
import type { Session } from "../stack/session.ts";
import { type History, historyOf } from "./history-files.ts";
import { sealBy } from "./seal.ts";

/** The stack's history, which the passphrase of its state opens. */
export function openHistory({ workspace, engine }: Pick<Session, "workspace" | "engine">): History {
  return historyOf(workspace, sealBy(readPassphrase(engine.environment)));
}
