import type { AppliedService } from "../../infra/applied-record.ts";
import {
  capabilityList,
  contentHash,
  type Facts,
  limitList,
  memoryLimit,
  namelessVolume,
  optionList,
} from "./facts.ts";
import { mebibyte } from "../output/memory-size.ts";

/** What an image gives to every container of it. */
export interface ImageDefaults {
  /** "NAME=value" */
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly entrypoint: readonly string[];
  /** Paths that it declares as VOLUME. */
  readonly volumes: readonly string[];
}

/**
 * What the last good `up` made of a service, as facts.
 *
 * @param image what the container was started from: an id, or a reference where it was pulled.
 */
export function expectedFacts(
  { args, environment }: AppliedService,
  image: string,
  defaults: ImageDefaults,
): Facts {
  const facts: [string, string][] = [
    ["image", image],
    ["state", "running"],
    ["name", args.name],
    ["entrypoint", JSON.stringify(args.entrypoints ?? defaults.entrypoint)],
    ["command", JSON.stringify(commandOf(args, defaults))],
    ["user", args.user],
    ["init", String(args.init)],
    ["read-only root", String(args.readOnly)],
    ["restart policy", args.restart],
    ["memory limit", memoryLimit(args.memory * mebibyte)],
    ["memory and swap limit", memoryLimit(args.memorySwap * mebibyte)],
    ["limits of a process", limitList(ulimitsOf(args))],
    ["processor limit", "none"],
    ["privileged", "false"],
    ["capabilities added", capabilityList(args.capabilities.adds)],
    ["capabilities dropped", capabilityList(args.capabilities.drops)],
    ["security options", [...args.securityOpts].sort().join(" ")],
    ["log driver", args.logDriver],
    ["log options", optionList(args.logOpts)],
  ];
  if (args.shmSize !== undefined) {
    facts.push(["shared memory", memoryLimit(args.shmSize * mebibyte)]);
  }
  for (const [name, value] of environmentOf(environment, defaults)) {
    facts.push([`env ${name}`, value]);
  }
  const labels = Object.fromEntries(args.labels.map(({ label, value }) => [label, value]));
  for (const [name, value] of Object.entries({ ...defaults.labels, ...labels })) {
    facts.push([`label ${name}`, value]);
  }
  for (const { internal, external, ip, protocol } of args.ports as readonly PlainPort[]) {
    facts.push([`port ${internal}/${protocol}`, `${ip}:${external}`]);
  }
  for (const upload of args.uploads as readonly { file: string; content: string }[]) {
    facts.push([`file ${upload.file}`, contentHash(upload.content)]);
  }
  // Docker makes a volume of its own there, unless ours covers it below.
  for (const path of defaults.volumes) facts.push([`mount ${path}`, namelessVolume]);
  for (const volume of args.volumes as readonly PlainVolume[]) {
    const source = volume.hostPath ?? `volume ${volume.volumeName ?? ""}`;
    facts.push([`mount ${volume.containerPath}`, source]);
  }
  for (const [path, options] of Object.entries(args.tmpfs)) {
    facts.push([`mount ${path}`, `tmpfs ${options}`]);
  }
  for (const network of args.networksAdvanced as readonly { name: string; aliases: string[] }[]) {
    facts.push([`network ${network.name}`, `as ${[...network.aliases].sort().join(", ")}`]);
  }
  for (const { host, ip } of args.hosts ?? []) facts.push([`host ${host}`, ip]);
  const check = args.healthcheck as unknown as PlainHealthcheck;
  facts.push(
    ["health check command", JSON.stringify(check.tests)],
    ["health check interval", check.interval],
    ["health check timeout", check.timeout],
    ["health check retries", String(check.retries)],
    ["health check start period", check.startPeriod],
  );
  return new Map(facts);
}

/** A record that an older version wrote has none. */
function ulimitsOf(args: Partial<Pick<AppliedService["args"], "ulimits">>) {
  return args.ulimits ?? [];
}

/** As they come out of the state: the provider's types allow inputs of Pulumi's too. */
interface PlainPort {
  readonly internal: number;
  readonly external: number;
  readonly ip: string;
  readonly protocol: string;
}

interface PlainVolume {
  readonly containerPath: string;
  readonly volumeName?: string;
  readonly hostPath?: string;
}

interface PlainHealthcheck {
  readonly tests: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly startPeriod: string;
}

function environmentOf(
  environment: AppliedService["environment"],
  defaults: ImageDefaults,
): Map<string, string> {
  const own = defaults.env.map((entry): [string, string] => splitEntry(entry));
  return new Map([...own, ...Object.entries(environment)]);
}

export function splitEntry(entry: string): [string, string] {
  const at = entry.indexOf("=");
  return at < 0 ? [entry, ""] : [entry.slice(0, at), entry.slice(at + 1)];
}

/** Docker drops the image's command where the entrypoint is another. */
function commandOf(
  { command, entrypoints }: AppliedService["args"],
  defaults: ImageDefaults,
): readonly string[] {
  return command ?? (entrypoints ? [] : defaults.command);
}
