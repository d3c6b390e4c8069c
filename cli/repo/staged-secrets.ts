/** A secret's place in what is about to be committed. */
export interface StagedSecret {
  readonly file: string;
  /** The setting whose value stands there; undefined where the file itself is the secret. */
  readonly setting: string | undefined;
}

/** Shorter values would be found in ordinary words. */
const shortestSecret = 8;

/**
 * Finds files that hold settings, and secrets of ours in other files' new lines; pure.
 *
 * @param diff of `git diff --cached --unified=0`.
 */
export function stagedSecrets(
  files: readonly string[],
  diff: string,
  secrets: Readonly<Record<string, string>>,
): StagedSecret[] {
  const settingsFiles = files
    .filter(
      (file) => /(^|\/)(\.env(\..+)?|\.stack\/.*)$/.test(file) && !/\.env\.template$/.test(file),
    )
    .map((file) => ({ file, setting: undefined }));
  return [...settingsFiles, ...inAddedLines(diff, secrets)];
}

function inAddedLines(diff: string, secrets: Readonly<Record<string, string>>): StagedSecret[] {
  const values = Object.entries(secrets).filter(([, value]) => value.length >= shortestSecret);
  const found = new Map<string, StagedSecret>();
  let file = "";
  for (const line of diff.split("\n")) {
    const [, opened] = /^\+\+\+ b\/(.*)$/.exec(line) ?? [];
    if (opened !== undefined) file = opened;
    else if (line.startsWith("+")) {
      for (const [setting, value] of values) {
        if (line.includes(value)) found.set(`${file}\0${setting}`, { file, setting });
      }
    }
  }
  return [...found.values()];
}
