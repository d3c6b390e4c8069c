import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";

const directory = path.join(import.meta.dirname, "docker-provider");

/** The provider's schema, and what it was made of. */
export const schemaFiles = {
  schema: path.join(directory, "cmd/pulumi-resource-docker/schema.json"),
  source: path.join(directory, "schema-source.txt"),
} as const;

/** A hash of everything that decides the schema: our names, and the versions of the bridge and the provider. */
export function schemaSource(): string {
  const read = (name: string) => readFileSync(path.join(directory, name), "utf8");
  const pins = read("go.mod").match(/\S*terraform-(bridge|provider-docker)\S* (=> )?.*/g) ?? [];
  return createHash("sha256")
    .update(JSON.stringify([read("resources.go"), pins]))
    .digest("hex");
}

/** The schema without the provider's own texts, which no program of ours reads. */
export function withoutProse(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutProse);
  if (typeof schema !== "object" || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([name, value]) => !(prose.has(name) && typeof value === "string"),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutProse(value)]));
}

/** Properties that are called so have a schema as their value, not a text. */
const prose: ReadonlySet<string> = new Set(["description", "readme", "attribution"]);
