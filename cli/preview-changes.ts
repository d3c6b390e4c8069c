import { isDeepStrictEqual } from "node:util";
import { type AppliedRecord, type AppliedService, isFingerprint } from "../infra/applied-record.ts";
import type { PlannedStep } from "./preview-steps.ts";
import { resourceTypes } from "./stack-state.ts";

/** What `up` would do to one thing, in a user's words. */
export interface Change {
  readonly subject: string;
  readonly action: "create" | "update" | "replace" | "remove";
  /** What differs: "port 8000 -> 8001", "LOG_LEVEL changed". Never a secret's text. */
  readonly reasons: readonly string[];
  /** What it costs whoever uses the stack meanwhile. */
  readonly risk: string;
}

/**
 * Words the engine's steps by what differs between the applied record and the wanted one.
 *
 * @param gone services whose container is missing, stopped or unhealthy, and how; the engine knows
 *   of them only after a refresh, which a preview does not do.
 */
export function describeChanges(
  steps: readonly PlannedStep[],
  applied: AppliedRecord | undefined,
  wanted: AppliedRecord,
  gone: ReadonlyMap<string, string>,
): Change[] {
  const planned = steps.map((step) => toChange(step, applied, wanted));
  const named = new Set(planned.map(({ subject }) => subject));
  const repairs = [...gone]
    .filter(([service]) => !named.has(service))
    .map(([service, how]): Change => {
      const missing = how === "missing";
      const risk = "It is not serving now; its data is kept.";
      return { subject: service, action: missing ? "create" : "replace", reasons: [how], risk };
    });
  return [...planned, ...repairs];
}

function toChange(
  step: PlannedStep,
  applied: AppliedRecord | undefined,
  wanted: AppliedRecord,
): Change {
  const action = step.operation === "delete" ? "remove" : step.operation;
  if (step.type !== resourceTypes.container) {
    return { subject: step.subject, action, reasons: [], risk: riskOf(step, false) };
  }
  const before = applied?.services[step.name];
  const after = wanted.services[step.name];
  const reasons = before && after ? differences(before, after) : [];
  const hasData = ((after ?? before)?.args.volumes.length ?? 0) > 0;
  return {
    subject: step.subject,
    action,
    reasons: reasons.length > 0 || action === "create" ? reasons : step.reasons,
    risk: riskOf(step, hasData),
  };
}

function riskOf({ operation, type }: PlannedStep, hasData: boolean): string {
  if (type === resourceTypes.image) return "Takes time to build; nothing is interrupted.";
  if (type === resourceTypes.volume && operation !== "create") return "The data itself is kept.";
  if (type !== resourceTypes.container) return "Nothing is interrupted.";
  const data = hasData ? "; its data is kept" : "";
  if (operation === "create") return "Starts; nothing is interrupted.";
  if (operation === "delete") return `Stops serving${data}.`;
  return `Unavailable until it is healthy again${data}.`;
}

/** What differs between two rendered services, most telling first. */
export function differences(before: AppliedService, after: AppliedService): string[] {
  const found: string[] = [];
  if (before.image !== after.image) found.push("its image's content changed");
  found.push(...environmentDifferences(before.environment, after.environment));
  const names = new Set([...Object.keys(before.args), ...Object.keys(after.args)]);
  for (const name of [...names].sort()) {
    const [old, now] = [read(before, name), read(after, name)];
    if (!isDeepStrictEqual(old, now)) found.push(...wordDifference(name, old, now));
  }
  return found;
}

function read({ args }: AppliedService, name: string): unknown {
  const value: unknown = args[name as keyof AppliedService["args"]];
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function environmentDifferences(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name) => {
    const [old, now] = [before[name], after[name]];
    if (old === now) return [];
    if (old === undefined) return [`${name} added`];
    if (now === undefined) return [`${name} removed`];
    const secret = isFingerprint(old) || isFingerprint(now);
    return [secret ? `${name} changed (secret)` : `${name} ${old} -> ${now}`];
  });
}

function wordDifference(name: string, old: unknown, now: unknown): string[] {
  if (name === "ports") return [`port ${portsOf(old)} -> ${portsOf(now)}`];
  if (name === "uploads") return changedFiles(old, now);
  if (name === "volumes") return changedMounts(old, now);
  if (name === "waitTimeout") return [];
  if (isScalar(old) && isScalar(now)) return [`${name} ${old} -> ${now}`];
  return [`${name} changed`];
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function portsOf(value: unknown): string {
  const ports = (value ?? []) as readonly { external?: number }[];
  return ports.map(({ external }) => external).join(", ") || "none";
}

/** Source that `up --bind-mounts` shows a container; other mounts are the data's. */
function changedMounts(old: unknown, now: unknown): string[] {
  const foldersOf = (value: unknown) =>
    ((value ?? []) as readonly { hostPath?: string }[]).flatMap(({ hostPath }) => hostPath ?? []);
  const [before, after] = [foldersOf(old), foldersOf(now)];
  const found = [
    ...before
      .filter((folder) => !after.includes(folder))
      .map((each) => `no longer runs from ${each}`),
    ...after.filter((folder) => !before.includes(folder)).map((each) => `runs from ${each}`),
  ];
  return found.length > 0 ? found : ["volumes changed"];
}

function changedFiles(old: unknown, now: unknown): string[] {
  const contents = (value: unknown) =>
    new Map(
      ((value ?? []) as readonly { file: string; content?: string }[]).map((upload) => [
        upload.file,
        upload.content,
      ]),
    );
  const [before, after] = [contents(old), contents(now)];
  const files = new Set([...before.keys(), ...after.keys()]);
  return [...files]
    .filter((file) => before.get(file) !== after.get(file))
    .map((file) => `${file} edited`);
}
