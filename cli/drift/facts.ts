import { createHash } from "node:crypto";
import { memorySize } from "../output/memory-size.ts";

/**
 * A container as named texts, so that what should be and what is compare by one rule:
 * "env LOG_LEVEL" is "info", "port 8000/tcp" is "127.0.0.1:8000".
 *
 * Nothing in it is a secret: those are keyed fingerprints.
 */
export type Facts = ReadonlyMap<string, string>;

/** Sixteen hex digits for a file's content, which may be long or nobody else's business. */
export function contentHash(content: string | Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
}

/** Capabilities are written with and without their prefix. */
export function capabilityList(names: readonly string[] | null | undefined): string {
  const plain = (names ?? []).map((name) => name.replace(/^CAP_/, ""));
  return plain.sort().join(" ") || "none";
}

export function optionList(options: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(options).map(([name, value]) => `${name}=${value}`);
  return pairs.sort().join(" ") || "none";
}

/** Limits that the engine's kernel can set; where it can't, a container reports none. */
export interface EngineLimits {
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
}

/** Without limits that this engine can't set: there is nothing to compare. */
export function settableFacts(facts: Facts, { MemoryLimit, SwapLimit }: EngineLimits): Facts {
  const left = new Map(facts);
  if (MemoryLimit === false) left.delete("memory limit");
  if (MemoryLimit === false || SwapLimit === false) left.delete("memory and swap limit");
  return left;
}

/** What stands for a volume that Docker made and named by itself, for a VOLUME of the image. */
export const namelessVolume = "a volume without a name";

export function memoryLimit(bytes: number): string {
  return bytes > 0 ? memorySize(bytes, "MiB") : "none";
}

export function limitList(
  limits: readonly { readonly name: string; readonly soft: number; readonly hard: number }[],
): string {
  return (
    limits
      .map(({ name, soft, hard }) => `${name}=${soft}:${hard}`)
      .sort()
      .join(" ") || "none"
  );
}
