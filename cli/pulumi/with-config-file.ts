/** Pulumi's commands that read the stack's settings, and write their salt, and the names that it has for them. */
const operations: ReadonlySet<string> = new Set([
  ...["up", "update", "preview", "pre", "refresh", "destroy", "down", "dn", "import"],
]);

/**
 * The words of a Pulumi command, with a settings file of ours where the command takes one and the user has
 * not named theirs. `config` is left alone: what it changes is meant for the user's own file.
 */
export function withConfigFile(words: readonly string[], path: string): string[] {
  // In another folder is another project, with its own settings.
  const isElsewhere = words.some((word) => /^(-C|--cwd|--config-file)(=|$)/.test(word));
  const command = words.findIndex((word) => !word.startsWith("-"));
  const isOperation = command >= 0 && operations.has(words[command] ?? "");
  if (isElsewhere || !isOperation) return [...words];
  return [...words.slice(0, command + 1), "--config-file", path, ...words.slice(command + 1)];
}
