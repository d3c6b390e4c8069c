import { plain } from "./secrets.ts";

/** As the engine passes them: any part may be wrapped as a secret. */
export type CommandInputs = Readonly<Record<string, unknown>>;
/** The inputs, and `stdout` and `stderr`. */
export type CommandState = CommandInputs;

export const inputNames: ReadonlySet<string> = new Set([
  "addPreviousOutputInEnv",
  "create",
  "delete",
  "dir",
  "environment",
  "interpreter",
  "logging",
  "stdin",
  "triggers",
  "update",
]);

interface Command {
  readonly create: string | undefined;
  readonly update: string | undefined;
  readonly delete: string | undefined;
  readonly dir: string | undefined;
  readonly stdin: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly interpreter: readonly string[];
  readonly logging: string;
  readonly addPreviousOutputInEnv: boolean;
}

/** The plain values, with the official provider's defaults. */
export function commandInputs(inputs: CommandInputs): Command {
  const values = plain(inputs) as Partial<Command>;
  const shell = process.platform === "win32" ? ["cmd", "/C"] : ["/bin/sh", "-c"];
  return {
    create: values.create,
    update: values.update,
    delete: values.delete,
    dir: values.dir,
    stdin: values.stdin,
    environment: values.environment ?? {},
    interpreter: values.interpreter ?? shell,
    logging: values.logging ?? "stdoutAndStderr",
    addPreviousOutputInEnv: values.addPreviousOutputInEnv ?? true,
  };
}
