import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type { DesiredStack } from "./desired-stack.ts";
import { declareStack } from "./program/declare-stack.ts";
import type { RenderedResource } from "./rendering.ts";
import { changedWhileRunning } from "./update-rules.ts";
import { projectName } from "./project-name.ts";

/** Pulumi marks a secret in a resource's inputs by this key. */
const secretMark = "4dabf18193072939515e22adb298388d";

/** Runs the program against Pulumi's mocks: all that it would ask the engine for, secrets masked. */
export async function declaredResources(
  desired: DesiredStack,
  stackName: string,
): Promise<RenderedResource[]> {
  const declared: RenderedResource[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, custom }) => {
        // Components group resources and do nothing themselves.
        if (custom === false) return { id: "", state: inputs as object };
        // Which engine the stack is on is a fact of a machine, not of the tree.
        if (type.startsWith("pulumi:providers:")) return { id: name, state: inputs as object };
        const masked = withoutSecrets(inputs) as Record<string, unknown>;
        declared.push({ type, name, inputs: masked });
        // An id changes where the real one would: with a replacement, and with an image's content.
        const id = hash(Object.entries(masked).filter(([field]) => !keepsId(field)));
        return { id, state: { ...(inputs as object), imageId: `sha256:${id}`, repoDigest: id } };
      },
      call: () => ({}),
    },
    projectName,
    stackName,
  );
  declareStack(desired, { host: "any" });
  await pulumi.runtime.disconnect();
  return declared.sort((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));
}

function keepsId(field: string): boolean {
  return changedWhileRunning.includes(field) || field === "build";
}

function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (value === null || typeof value !== "object") return value;
  if (secretMark in value) return `[secret ${hash(value)}]`;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, withoutSecrets(part)]),
  );
}

function hash(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(sortedKeys(value)))
    .digest("hex")
    .slice(0, 16);
}

/** The same text for the same value, whatever the order in which it was made. */
export function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, part]) => [name, sortedKeys(part)]));
}
