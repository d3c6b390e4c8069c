import type Docker from "dockerode";
import { goDuration } from "../../infra/render-container.ts";
import { splitEntry } from "./expected-facts.ts";
import {
  capabilityList,
  type Facts,
  limitList,
  memoryLimit,
  namelessVolume,
  optionList,
} from "./facts.ts";

/** What turns a variable's value into what may be shown of it. */
export type ShowVariable = (name: string, value: string) => string;

/**
 * A container as Docker describes it, as facts.
 *
 * @param image as the expected facts name it: an id, or the reference it was started from.
 * @param files hashes of the files that were copied in, by path; absent ones are missing.
 */
export function actualFacts(
  inspected: Docker.ContainerInspectInfo,
  image: "id" | "reference",
  files: ReadonlyMap<string, string>,
  show: ShowVariable,
): Facts {
  const { Config, HostConfig, Mounts, NetworkSettings } = inspected;
  const cpus = (HostConfig.NanoCpus ?? 0) / 1e9;
  const facts: [string, string][] = [
    ["image", image === "id" ? inspected.Image : Config.Image],
    ["state", inspected.State.Status],
    ["name", inspected.Name.replace(/^\//, "")],
    ["entrypoint", JSON.stringify(listOf(Config.Entrypoint))],
    ["command", JSON.stringify(listOf(Config.Cmd))],
    ["user", Config.User],
    ["init", String(HostConfig.Init ?? false)],
    ["read-only root", String(HostConfig.ReadonlyRootfs ?? false)],
    ["restart policy", HostConfig.RestartPolicy?.Name ?? "no"],
    ["memory limit", memoryLimit(HostConfig.Memory ?? 0)],
    ["memory and swap limit", memoryLimit(HostConfig.MemorySwap ?? 0)],
    ["limits of a process", limitList(processLimits(HostConfig))],
    ["processor limit", cpus > 0 ? `${cpus} processors` : quota(HostConfig)],
    ["privileged", String(HostConfig.Privileged ?? false)],
    ["capabilities added", capabilityList(HostConfig.CapAdd as string[] | null)],
    ["capabilities dropped", capabilityList(HostConfig.CapDrop as string[] | null)],
    ["security options", [...listOf(HostConfig.SecurityOpt as string[] | null)].sort().join(" ")],
    ["log driver", HostConfig.LogConfig?.Type ?? "none"],
    ["log options", optionList((HostConfig.LogConfig?.Config ?? {}) as Record<string, string>)],
    ["shared memory", memoryLimit(HostConfig.ShmSize ?? 0)],
  ];
  for (const entry of Config.Env) {
    const [name, value] = splitEntry(entry);
    facts.push([`env ${name}`, show(name, value)]);
  }
  for (const [name, value] of Object.entries(Config.Labels)) facts.push([`label ${name}`, value]);
  for (const [port, bindings] of Object.entries(publishedPorts(HostConfig))) {
    const hosts = (bindings ?? []).map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}`);
    facts.push([`port ${port}`, hosts.join(" ")]);
  }
  for (const [path, hash] of files) facts.push([`file ${path}`, hash]);
  for (const { Type, Name, Source, Destination } of Mounts) {
    if (Type === "tmpfs") continue;
    facts.push([`mount ${Destination}`, Type === "volume" ? volumeText(Name ?? "") : Source]);
  }
  for (const [path, options] of Object.entries(
    (HostConfig.Tmpfs ?? {}) as Record<string, string>,
  )) {
    facts.push([`mount ${path}`, `tmpfs ${options}`]);
  }
  for (const [name, { Aliases }] of Object.entries(NetworkSettings.Networks)) {
    const own = ownAliases(Aliases as string[] | null, inspected);
    facts.push([`network ${name}`, `as ${own.join(", ")}`]);
  }
  for (const entry of listOf(HostConfig.ExtraHosts as string[] | null)) {
    const at = entry.indexOf(":");
    facts.push([`host ${entry.slice(0, at)}`, entry.slice(at + 1)]);
  }
  return new Map([...facts, ...healthcheckFacts(Config.Healthcheck)]);
}

/** Docker's own names are random, and say nothing. */
function volumeText(name: string): string {
  return /^[0-9a-f]{64}$/.test(name) ? namelessVolume : `volume ${name}`;
}

function processLimits({ Ulimits }: Docker.HostConfig) {
  const limits = (Ulimits ?? []) as { Name: string; Soft: number; Hard: number }[];
  return limits.map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard }));
}

function healthcheckFacts(check: Docker.HealthConfig | undefined): [string, string][] {
  if (!check) return [];
  return [
    ["health check command", JSON.stringify(check.Test)],
    ["health check interval", seconds(check.Interval)],
    ["health check timeout", seconds(check.Timeout)],
    ["health check retries", String(check.Retries ?? 0)],
    ["health check start period", seconds(check.StartPeriod)],
  ];
}

/** Docker counts in nanoseconds. */
function seconds(nanoseconds: number | undefined): string {
  return goDuration((nanoseconds ?? 0) / 1e9);
}

function quota({ CpuQuota, CpuPeriod }: Docker.HostConfig): string {
  if (!CpuQuota || CpuQuota <= 0) return "none";
  return `${CpuQuota / (CpuPeriod || 100_000)} processors`;
}

function publishedPorts(
  hostConfig: Docker.HostConfig,
): Record<string, { HostIp: string; HostPort: string }[] | null> {
  return (hostConfig.PortBindings ?? {}) as ReturnType<typeof publishedPorts>;
}

function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}

/** Older engines add the container's short id to its aliases. */
function ownAliases(
  aliases: readonly string[] | null,
  { Id, Name }: Docker.ContainerInspectInfo,
): string[] {
  return (aliases ?? [])
    .filter((alias) => !Id.startsWith(alias) && alias !== Name.replace(/^\//, ""))
    .sort();
}
