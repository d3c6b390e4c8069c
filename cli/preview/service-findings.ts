import { isDeepStrictEqual } from "node:util";
import { isFingerprint } from "../../infra/applied-record.ts";
import type { ServiceFacts } from "../../infra/rendering.ts";
import type { Finding } from "./change.ts";
import { fileDiff } from "./file-diff.ts";
import { protectionFindings } from "./protection-findings.ts";
import { volumeFindings } from "./volume-findings.ts";

type Args = ServiceFacts["args"];

/** Fields that have words of their own below, or say nothing that another does not. */
const wordedElsewhere: readonly (keyof Args)[] = [
  "ports",
  "volumes",
  "uploads",
  "memory",
  "memorySwap",
  "capabilities",
  "securityOpts",
  "readOnly",
  "waitTimeout",
];

const fieldNames: Readonly<Record<string, string>> = {
  healthcheck: "health check",
  networksAdvanced: "network",
  hosts: "names of hosts",
  destroyGraceSeconds: "seconds to stop",
  shmSize: "shared memory",
  ulimits: "limits of a process",
  logOpts: "log rotation",
};

/** What differs between two renderings of a service, most telling first; its image is not looked at. */
export function serviceFindings(before: ServiceFacts, after: ServiceFacts): Finding[] {
  return [
    ...volumeFindings(before, after),
    ...protectionFindings(before.args, after.args),
    ...portFindings(before.args, after.args),
    ...environmentFindings(before.environment, after.environment),
    ...uploadFindings(before.args, after.args),
    ...memoryFindings(before.args, after.args),
    ...otherFindings(before.args, after.args),
  ];
}

function portFindings(before: Args, after: Args): Finding[] {
  const [old, now] = [portsOf(before), portsOf(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((internal): Finding[] => {
    const [was, is] = [old.get(internal), now.get(internal)];
    if (was === is) return [];
    if (was === undefined) return [{ text: `port ${is} published`, level: "interruption" }];
    if (is === undefined) return [{ text: `port ${was} no longer published`, level: "breaking" }];
    return [{ text: `port ${was} -> ${is}`, level: "breaking" }];
  });
}

/** External ports by internal ones, as text. */
function portsOf({ ports }: Args): Map<string, string> {
  return new Map(
    ports.map((port) => [String(port.internal as number), String(port.external as number)]),
  );
}

function environmentFindings(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): Finding[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names.flatMap((name): Finding[] => {
    const [old, now] = [before[name], after[name]];
    if (old === now) return [];
    return [{ text: wordVariable(name, old, now), level: "interruption" }];
  });
}

function wordVariable(name: string, old: string | undefined, now: string | undefined): string {
  if (old === undefined) return `${name} added`;
  if (now === undefined) return `${name} removed`;
  const secret = isFingerprint(old) || isFingerprint(now);
  return secret ? `${name} changed (secret)` : `${name} ${old || "empty"} -> ${now || "empty"}`;
}

function uploadFindings(before: Args, after: Args): Finding[] {
  const contents = ({ uploads }: Args) =>
    new Map(uploads.map(({ file, content }) => [file as string, content as string]));
  const [old, now] = [contents(before), contents(after)];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((path): Finding[] => {
    const [was, is] = [old.get(path), now.get(path)];
    if (was === is) return [];
    const what = was === undefined ? "added" : is === undefined ? "removed" : "edited";
    const file = fileDiff(path, was ?? "", is ?? "");
    return [{ text: `${path} ${what}`, level: "interruption", file }];
  });
}

function memoryFindings(before: Args, after: Args): Finding[] {
  const [old, now] = [before.memory, after.memory];
  if (old === now) return [];
  const text = `memory limit ${old} -> ${now} MB`;
  return now > old
    ? [{ text, level: "none" }]
    : [{ text: `${text}: a process that needs more is killed`, level: "interruption" }];
}

function otherFindings(before: Args, after: Args): Finding[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => !wordedElsewhere.includes(name as keyof Args))
    .flatMap((name): Finding[] => {
      const [old, now] = [before, after].map((args) => asJson(args[name as keyof Args]));
      if (isDeepStrictEqual(old, now)) return [];
      const called = fieldNames[name] ?? name;
      const both = isScalar(old) && isScalar(now);
      const text = both ? `${called} ${old} -> ${now}` : `${called} changed`;
      return [{ text, level: "none" }];
    });
}

/** As it comes out of the state: JSON knows no undefined. */
function asJson(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function isScalar(value: unknown): value is string | number | boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}
