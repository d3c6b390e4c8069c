import { parseSetName, writerOf } from "../backup/set-name.ts";
import type { CommitEntry } from "./commit-entries.ts";

/** Texts that must never be committed, by what they are in words: "POSTGRES_PASSWORD of dev". */
export type Secrets = ReadonlyMap<string, string>;

/** Shorter values would be found in ordinary words. */
const shortestSecret = 8;

/** Why a commit's files, message or branch must not be committed, a sentence each; pure. */
export function forbiddenEntries(
  entries: readonly CommitEntry[],
  words: { readonly message: string; readonly branch: string },
  secrets: Secrets,
): string[] {
  const known = [...secrets].filter(([, value]) => value.length >= shortestSecret);
  const inText = (what: string, text: string) =>
    known.filter(([, value]) => text.includes(value)).map(([name]) => `${what} contains ${name}`);
  return [
    ...inText("the commit message", words.message),
    ...inText("the branch's name", words.branch),
    ...entries.flatMap((entry) => {
      const named = known.filter(([, value]) => entry.path.includes(value));
      // Not its name, which would show the secret.
      if (named.length > 0) return named.map(([name]) => `a file's name contains ${name}`);
      return [
        ...(isSettingsFile(entry.path) ? [`${entry.path} contains the settings of a stack`] : []),
        ...(isBackup(entry.path) ? [`${entry.path} belongs to a backup`] : []),
        ...(hasPrivateKey(entry.content) ? [`${entry.path} contains a private key`] : []),
        ...(hasConflict(entry.content) ? [`${entry.path} contains conflict markers`] : []),
        ...known
          .filter(([, value]) => includes(entry.content, value))
          .map(([name]) => `${entry.path} contains ${name}`),
      ];
    }),
  ];
}

function isSettingsFile(path: string): boolean {
  return /(^|\/)(\.env(\..+)?|\.stack\/.*)$/.test(path) && !/(^|\/)\.env\.template$/.test(path);
}

function isBackup(path: string): boolean {
  return path
    .split("/")
    .some((part) => parseSetName(part) !== undefined || writerOf(part) !== undefined);
}

function includes(content: Buffer, value: string): boolean {
  // Windows' PowerShell redirects as UTF-16.
  return content.includes(value) || content.includes(value, 0, "utf16le");
}

function hasPrivateKey(content: Buffer): boolean {
  return /-----BEGIN [A-Z ]*PRIVATE KEY( BLOCK)?-----\s/.test(content.toString("latin1"));
}

function hasConflict(content: Buffer): boolean {
  const text = content.toString("latin1");
  return /^<{7} /m.test(text) && /^={7}\r?$/m.test(text) && /^>{7} /m.test(text);
}
