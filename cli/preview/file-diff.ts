import { createTwoFilesPatch } from "diff";
import { isSecretName } from "../output/without-secrets.ts";
import type { FileDiff } from "./change.ts";

const longest = { lines: 60, characters: 200 };

/** A small unified diff of a configuration file, in which no value of a secret's name is shown. */
export function fileDiff(path: string, before: string, after: string): FileDiff {
  const patch = createTwoFilesPatch(path, path, before, after, "", "", { context: 2 });
  // The library's own heading repeats the path.
  const lines = patch.split("\n").slice(patch.split("\n").findIndex((line) => /^@@/.test(line)));
  const shown = lines
    .filter((line) => line !== "")
    .map(withoutSecretValue)
    .map((line) =>
      line.length > longest.characters ? `${line.slice(0, longest.characters)}…` : line,
    );
  const rest = shown.length - longest.lines;
  const more = rest > 0 ? [`… ${rest} more lines`] : [];
  return { path, diff: [...shown.slice(0, longest.lines), ...more].join("\n") };
}

/** Reads "api_key: value", '"token" = "value"' and their like. */
const assignment = /^(.\s*(?:- )?["']?([\w.-]+)["']?\s*[:=]\s*)(\S.*)$/;
/** Where a value is only told to be read from elsewhere, there is nothing to hide. */
const reference = /^["']?(os\.environ\/|\$\{?\w|none\b|null\b|true\b|false\b)/i;

function withoutSecretValue(line: string): string {
  const [, start = "", name = "", value = ""] = assignment.exec(line) ?? [];
  const secret = isSecretName(name.toUpperCase().replaceAll(/[.-]/g, "_"));
  return secret && !reference.test(value) ? `${start}[secret]` : line;
}
