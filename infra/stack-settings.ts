import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { StackError } from "./stack-error.ts";

/** Pulumi's own settings of a stack, as far as we read them. */
export interface StackSettings {
  /** Plain values, by the setting's name in Pulumi's configuration. */
  readonly plain: Readonly<Record<string, string>>;
  /** Names whose value is encrypted: only the engine can read them. */
  readonly encrypted: readonly string[];
}

const namespace = "agent-stack:";

export function settingsFilePath(root: string, stackName: string): string {
  return join(root, `Pulumi.${stackName}.yaml`);
}

export function readStackSettings(root: string, stackName: string): StackSettings {
  const path = settingsFilePath(root, stackName);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  const { config } = (parseSettingsFile(text, path) ?? {}) as {
    config?: Record<string, unknown> | null;
  };
  const entries = Object.entries(config ?? {})
    .filter(([name]) => name.startsWith(namespace))
    .map(([name, value]): [string, unknown] => [name.slice(namespace.length), value]);
  const isPlain = (value: unknown) => value === null || typeof value !== "object";
  return {
    plain: Object.fromEntries(
      entries.filter(([, value]) => isPlain(value)).map(([name, value]) => [name, String(value)]),
    ),
    encrypted: entries.filter(([, value]) => !isPlain(value)).map(([name]) => name),
  };
}

/** @throws StackError where the file is not YAML. */
export function parseSettingsFile(text: string, path: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    const [why] = error instanceof Error ? error.message.split("\n") : [];
    throw new StackError(`${path} is not valid YAML: ${why ?? ""}`, {
      remedy: "Correct it there, or get it back with git checkout.",
      cause: error,
    });
  }
}
