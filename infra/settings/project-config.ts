import { stringify } from "yaml";
import { definitions } from "./definitions.ts";
import { settingNames } from "./parse.ts";
import { pulumiName } from "./pulumi-name.ts";
import type { Setting } from "./setting.ts";

/** One key of the `config:` block of Pulumi.yaml. */
interface DeclaredKey {
  readonly type?: "string" | "integer" | "boolean";
  readonly description: string;
  readonly default: string | number | boolean;
  readonly secret?: true;
}

const intro = `# What \`pulumi config set\` knows of this project. Generated from infra/settings/definitions.ts by
# \`npm run generate\`. A default here is the same as without the block: .env and the environment are
# stronger than every value of Pulumi's configuration.
config:
`;

/** Pulumi.yaml with a fresh \`config:\` block, which is its end; what is above it stays as it is. */
export function withProjectConfig(projectFile: string): string {
  const head = projectFile.split(intro.slice(0, intro.indexOf("\n")))[0] ?? "";
  const block = stringify(declaredKeys(), { lineWidth: 0 });
  return `${head.trimEnd()}\n${intro}${block.replaceAll(/^/gm, "  ").trimEnd()}\n`;
}

/** Every setting as Pulumi declares a key, by its name there. */
export function declaredKeys(): Readonly<Record<string, DeclaredKey>> {
  return Object.fromEntries(
    settingNames.map((name) => [pulumiName(name), declaredKey(definitions[name])]),
  );
}

/**
 * Pulumi refuses to start where a declared key has neither a value nor a default. So every key has one; a
 * secret's is empty, which means "not set". A secret with a type would have to be encrypted, its empty
 * default too, so it has none.
 */
function declaredKey({ description, schema, fallback, secret }: Setting): DeclaredKey {
  if (secret) return { description, secret: true, default: "" };
  const value = schema.parse(fallback);
  if (typeof value === "number") return { type: "integer", description, default: value };
  const isFlag = ["true", "false"].every((word) => schema.safeParse(word).success);
  if (isFlag && !schema.safeParse("maybe").success) {
    return { type: "boolean", description, default: fallback === "true" };
  }
  return { type: "string", description, default: fallback ?? "" };
}

/** True where Pulumi gives the program what this project declares, as it does for every key that is not set. */
export function isDeclaredDefault(name: string, value: string): boolean {
  return value === String(declaredKeys()[name]?.default);
}
