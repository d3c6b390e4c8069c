import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import {
  resourceName,
  resourcesOf,
  resourceTypes,
  type StackState,
} from "../pulumi/stack-state.ts";
import type { Session } from "../stack/session.ts";
import { openHistory } from "./open-history.ts";

/** Keeps what just turned out healthy, so that a rollback can bring it back. */
export async function rememberGood(
  { workspace, engine }: Session,
  desired: DesiredStack,
  state: StackState,
): Promise<void> {
  // A rollback brings back what is remembered already.
  if ("kept" in desired.images) return;
  const { identity, specs, containers, record, answers, addresses, healthPages } = desired;
  const images = resourcesOf(state, resourceTypes.container).map(({ urn, inputs }) => {
    const image = inputs?.["image"];
    return [resourceName(urn), typeof image === "string" ? image : ""];
  });
  openHistory({ workspace, engine }).remember({
    format: 2,
    at: new Date().toISOString(),
    commit: await commitOf(workspace.root),
    stack: { identity, specs, containers, record, answers, addresses, healthPages },
    images: Object.fromEntries(images) as Record<string, string>,
    broughtBack: false,
  });
}

async function commitOf(root: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)("git", ["rev-parse", "--short", "HEAD"], {
      cwd: root,
    });
    return stdout.trim();
  } catch {
    // A release without its repository is fine too.
    return undefined;
  }
}
