import type { CommandContext, GlobalOptions } from "./command.ts";
import type { CommandOutput } from "./command-output.ts";
import { askForName, askYesOrNo } from "./prompt.ts";

/** What a command is started in. */
export interface Invocation {
  /** The repository's root. */
  readonly root: string;
  /** As typed, after `./stack`. */
  readonly words: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What the command `name` is given. */
export function contextOf(
  name: string,
  options: GlobalOptions,
  { root, words, environment, signal }: Invocation,
  output: CommandOutput,
): CommandContext {
  const { mode, interactive, report, announce, ask, stream } = output;
  const yes = options.yes || Boolean(environment["CI"]);
  return {
    command: name,
    root,
    stackName: options.stack,
    environment,
    mode,
    interactive,
    signal,
    passedOn: words.slice(words.indexOf("pulumi") + 1),
    report,
    confirm: async (question) =>
      yes || (interactive && (await ask((on) => askYesOrNo(on, question, "no", signal)))),
    confirmByName: async (stackName) =>
      options.yes || (interactive && (await ask((on) => askForName(on, stackName, signal)))),
    offer: async (question) =>
      !yes && interactive && (await ask((on) => askYesOrNo(on, question, "yes", signal))),
    announce,
    stream,
  };
}
