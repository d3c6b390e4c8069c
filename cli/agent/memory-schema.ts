import { text } from "node:stream/consumers";
import { z } from "zod";
import { StackError } from "../../infra/stack-error.ts";
import type { Report } from "../output/activity.ts";
import { execStream } from "../docker/exec-stream.ts";
import { exitCodes } from "../os/exit-codes.ts";
import { runningAgent } from "./running-agent.ts";
import type { RunningStack } from "../stack/running-stack.ts";
import type { Session } from "../stack/session.ts";

/** The line of JSON that the agent's maintenance command ends with. */
const outcome = z.looseObject({
  /** "unchanged", "created", "different" and the like. */
  status: z.string(),
  collection: z.string().optional(),
  differences: z
    .array(z.object({ what: z.string(), wanted: z.string(), actual: z.string() }))
    .optional(),
  /** After --recreate: what was embedded again, and the collection that --prune would remove. */
  messages: z.number().optional(),
  points: z.number().optional(),
  previous: z.string().nullish(),
  pruned: z.array(z.string()).optional(),
  /** True where nothing was done, and `status` is what would be. */
  dry_run: z.boolean().optional(),
});

export type SchemaOutcome = z.output<typeof outcome>;

export interface EnsureSchemaOptions {
  readonly recreate: boolean;
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Has the running agent ensure its schema: it sits beside Qdrant, Postgres and the embeddings. */
export async function ensureSchemaOf(
  { docker }: Session,
  running: RunningStack,
  { recreate, prune, dryRun, report, signal }: EnsureSchemaOptions,
): Promise<{ readonly exitCode: number; readonly outcome: SchemaOutcome }> {
  const agent = runningAgent(running);
  const flags = {
    "--recreate": recreate,
    "--prune": prune,
    "--dry-run": dryRun,
    // An agent of an earlier version does not know it.
    "--attended": recreate,
    "--json": true,
  };
  const given = Object.entries(flags).flatMap(([flag, isSet]) => (isSet ? [flag] : []));
  report({ phase: "stack", subject: "memory schema", status: "running", message: "comparing" });
  const command = ["node", "maintenance.ts", "ensure-schema", ...given];
  const { stdout, ended } = await execStream(docker, agent.id, command, {
    attended: recreate,
    signal,
  });
  const output = await text(stdout);
  const { exitCode, stderr } = await ended();
  const last = output.trim().split("\n").at(-1) ?? "";
  if (exitCode !== exitCodes.done && exitCode !== exitCodes.schemaDiffers) {
    throw new StackError("The agent could not ensure its schema.", {
      details: [...stderr.trim().split("\n").slice(-8), last].filter((line) => line !== ""),
      remedy: "See whether Qdrant and the embeddings are well: ./stack health",
    });
  }
  const found = outcome.parse(JSON.parse(last));
  const status = exitCode === exitCodes.done ? "done" : "failed";
  report({ phase: "stack", subject: "memory schema", status, message: found.status });
  return { exitCode, outcome: found };
}

export function describeSchema(found: SchemaOutcome): string {
  const { collection, differences = [], messages, points, previous, pruned = [] } = found;
  const isPlan = found.dry_run === true && found.status !== "unchanged";
  const status = isPlan ? `would be ${found.status}` : found.status;
  if (differences.length > 0) {
    return [
      "The memory's schema differs; nothing was changed:",
      ...differences.map(({ what, wanted, actual }) => `  ${what}: ${actual}, wanted ${wanted}`),
      "Fill a new collection from Postgres: ./stack qdrant ensure-schema --recreate",
    ].join("\n");
  }
  return [
    `The memory's schema: ${status}${collection === undefined ? "" : ` (${collection})`}.`,
    ...(points === undefined ? [] : [`  ${messages ?? 0} messages, ${points} points`]),
    ...(previous ? [`  kept until --prune: ${previous}`] : []),
    ...pruned.map((name) => `  removed ${name}`),
  ].join("\n");
}
