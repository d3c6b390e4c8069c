import { definitions, type SettingName } from "./definitions.ts";
import { settingNames } from "./parse.ts";
import type { SettingGroup } from "./setting.ts";

/** `.env.template`: every setting with its description, commented out where it has a default. */
export function renderDotenvTemplate(): string {
  const intro = [
    "# Settings of the stack. ./stack up copies this file to .env and fills in the secrets.",
    "# Generated from infra/settings/definitions.ts by `npm run generate`.",
    "# The process environment is stronger than this file, and Pulumi's configuration weaker.",
  ];
  const groups = [...new Set(settingNames.map((name) => definitions[name].group))];
  return [intro.join("\n"), ...groups.map(renderGroup)].join("\n\n") + "\n";
}

function renderGroup(group: SettingGroup): string {
  const members = settingNames.filter((name) => definitions[name].group === group);
  return [`# --- ${group} ---`, ...members.map(renderSetting)].join("\n\n");
}

function renderSetting(name: SettingName): string {
  const { description, accepts, fallback } = definitions[name];
  const comment = wrap(`${description} (${accepts})`).map((line) => `# ${line}`);
  const line = fallback === undefined || fallback === "" ? `${name}=` : `#${name}=${fallback}`;
  return [...comment, line].join("\n");
}

function wrap(text: string, width = 96): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line !== "" && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line} ${word}`;
  }
  return lines;
}

/** Names of the secrets that `up` must generate because `present` lacks them. */
export function missingSecrets(
  present: Readonly<Record<string, string | undefined>>,
): SettingName[] {
  return settingNames.filter(
    (name) => "generatedBytes" in definitions[name] && !present[name]?.trim(),
  );
}

/**
 * `content` with the ports in `values` in one block under `comment`, at its end and so the strongest. The
 * blocks of earlier times are merged into it; what the user wrote elsewhere stays.
 */
export function withPorts(
  content: string,
  values: Readonly<Record<string, string>>,
  comment: string,
): string {
  const block = new RegExp(`^# ${comment}\\n((?:[A-Z]+_PORT=\\d+(?:\\n|$))*)`, "gm");
  const lines = [...content.matchAll(block)].flatMap(([, text = ""]) => text.trim().split("\n"));
  const earlier = lines
    .filter((line) => line !== "")
    .map((line): [string, string] => [
      line.slice(0, line.indexOf("=")),
      line.slice(line.indexOf("=") + 1),
    ]);
  const all = { ...Object.fromEntries(earlier), ...values };
  return withValues(content.replaceAll(block, ""), all, comment);
}

/**
 * `content` with `values` set: an empty `NAME=` line is filled in, and the rest is appended, under
 * `comment`. Of two lines with one name the later counts, so what is appended is stronger.
 *
 * Every other byte of the file stays as it is: it is the user's.
 */
export function withValues(
  content: string,
  values: Readonly<Record<string, string>>,
  comment?: string,
): string {
  let result = content;
  const appended: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const lines = new RegExp(`^(?:export\\s+)?${name}\\s*[=:]`, "gm");
    const emptyLine = new RegExp(`^${name}=[ \\t]*$`, "m");
    const onlyLine = (result.match(lines) ?? []).length === 1;
    if (onlyLine && emptyLine.test(result)) result = result.replace(emptyLine, `${name}=${value}`);
    else appended.push(`${name}=${value}`);
  }
  if (appended.length === 0) return result;
  const gap = result === "" || result.endsWith("\n") ? "" : "\n";
  const heading = comment === undefined ? [] : [`# ${comment}`];
  return `${result}${gap}${[...heading, ...appended].join("\n")}\n`;
}
