import { randomBytes } from "node:crypto";
import path from "node:path";
import type {
  CheckResult,
  CreateResult,
  DiffResult,
  InvokeResult,
  Provider,
  UpdateResult,
} from "@pulumi/pulumi/provider/index.js";
import { isDeepStrictEqual } from "node:util";
import { type CommandInputs, commandInputs, type CommandState, inputNames } from "./inputs.ts";
import { type CommandResult, RunningCommands } from "./run-command.ts";
import { hasSecret, plain, secret } from "./secrets.ts";

/**
 * `command:local:Command` as the official provider serves it: same inputs, outputs and states, so a
 * stack can move between the two. The engine never calls `create` or `update` in a preview, because
 * this provider does not say that it could preview them.
 */
export class CommandProvider implements Provider {
  readonly version = "1.2.1";
  readonly #running = new RunningCommands();
  readonly #directory: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(directory: string, environment: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#environment = environment;
  }

  check(urn: string, _olds: unknown, news: CommandInputs): Promise<CheckResult> {
    const type = urn.split("::")[2]?.split("$").at(-1);
    const failures =
      type === "command:local:Command"
        ? Object.keys(news)
            .filter((name) => !name.startsWith("__") && !inputNames.has(name))
            .map((property) => ({ property, reason: unsupported(property) }))
        : [{ property: "create", reason: unsupported(type ?? urn) }];
    return Promise.resolve({ inputs: news, failures });
  }

  diff(_id: string, _urn: string, olds: CommandState, news: CommandInputs): Promise<DiffResult> {
    const changed = [...inputNames].filter(
      (name) => !isDeepStrictEqual(plain(olds[name]), plain(news[name])),
    );
    const replaces = changed.filter((name) => name === "triggers");
    return Promise.resolve({ changes: changed.length > 0, replaces });
  }

  async create(urn: string, inputs: CommandInputs): Promise<CreateResult> {
    const { create } = commandInputs(inputs);
    const outs = await this.#perform(create, inputs);
    return { id: `${urn.split("::").at(-1) ?? "command"}${randomBytes(4).toString("hex")}`, outs };
  }

  async update(
    _id: string,
    _urn: string,
    olds: CommandState,
    news: CommandInputs,
  ): Promise<UpdateResult> {
    const { create, update } = commandInputs(news);
    return { outs: await this.#perform(update ?? create, news, olds) };
  }

  async delete(_id: string, _urn: string, state: CommandState): Promise<void> {
    await this.#perform(commandInputs(state).delete, state, state);
  }

  invoke(token: string): Promise<InvokeResult> {
    return Promise.reject(new Error(unsupported(token)));
  }

  cancel(): Promise<void> {
    this.#running.stopAll();
    return Promise.resolve();
  }

  async #perform(
    command: string | undefined,
    inputs: CommandInputs,
    previous?: CommandState,
  ): Promise<CommandState> {
    const isSecret = hasSecret(inputs);
    const earlier = { stdout: text(previous?.["stdout"]), stderr: text(previous?.["stderr"]) };
    const result =
      command === undefined
        ? earlier
        : await this.#run(command, inputs, isSecret, previous && earlier);
    // What a command makes of a secret may well be one.
    const keep = isSecret || hasSecret(previous) ? secret : (value: string) => value;
    return { ...inputs, stdout: keep(result.stdout), stderr: keep(result.stderr) };
  }

  #run(
    command: string,
    inputs: CommandInputs,
    isSecret: boolean,
    earlier: CommandResult | undefined,
  ): Promise<CommandResult> {
    const { interpreter, dir, environment, stdin, logging, addPreviousOutputInEnv } =
      commandInputs(inputs);
    const passOn = addPreviousOutputInEnv ? earlier : undefined;
    const shown = isSecret ? "none" : logging;
    return this.#running.run({
      command,
      interpreter,
      directory: path.resolve(this.#directory, dir ?? "."),
      environment: {
        ...this.#environment,
        ...environment,
        ...(passOn && {
          PULUMI_COMMAND_STDOUT: passOn.stdout,
          PULUMI_COMMAND_STDERR: passOn.stderr,
        }),
      },
      ...(stdin !== undefined && { stdin }),
      onOutput: (stream, output) => {
        // The engine shows what its plugins print.
        if (shown === stream || shown === "stdoutAndStderr") process[stream].write(output);
      },
    });
  }
}

function unsupported(name: string): string {
  return (
    `${name} is not served by this stand-in for Pulumi's command provider; ` +
    "install the official one: pulumi plugin install resource command"
  );
}

function text(value: unknown): string {
  const inner = plain(value);
  return typeof inner === "string" ? inner : "";
}
