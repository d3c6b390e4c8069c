import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseDotenv } from "dotenv";

/** One way to a model of your own, as docs/models.md tells it. */
export interface OwnModel {
  readonly title: string;
  /** The numbered steps. */
  readonly steps: readonly string[];
  /** The lines for `.env`. */
  readonly settings: Readonly<Record<string, string>>;
  /** The whole config.yaml, where the section has one. */
  readonly configYaml: string | undefined;
}

/** The sections of docs/models.md that have lines for `.env`. */
export function ownModels(): OwnModel[] {
  const page = readFileSync(join(import.meta.dirname, "../../docs/models.md"), "utf8");
  return page.split(/^## /m).flatMap((section): OwnModel[] => {
    const [title = ""] = section.split("\n");
    const lines = fenced(section, "sh").find((block) => block.startsWith("# .env"));
    if (lines === undefined) return [];
    const steps = section.match(/^\d\. .*$/gm) ?? [];
    const [configYaml] = fenced(section, "yaml");
    return [{ title, steps, settings: parseDotenv(lines), configYaml }];
  });
}

function fenced(text: string, language: string): string[] {
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, "gms"));
  return [...blocks].map(([, content = ""]) => content);
}
