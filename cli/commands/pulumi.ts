import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { defineCommand } from "../command-line/command.ts";
import { ensureStackExists } from "../pulumi/deployment.ts";
import { engineProject } from "../pulumi/engine-project.ts";
import { withConfigFile } from "../pulumi/with-config-file.ts";
import { finishing } from "../os/finishing.ts";
import { isFromKeyboard } from "../command-line/interruption.ts";
import { openSession } from "../stack/session.ts";

export const pulumi = defineCommand({
  options: (parser) =>
    parser
      .positional("arguments", {
        type: "string",
        array: true,
        default: [] as string[],
        describe: "Handed to Pulumi as they are",
      })
      // Everything behind the word is Pulumi's own, its options too.
      .parserConfiguration({ "unknown-options-as-args": true }),
  examples: [
    ["./stack pulumi preview --diff", "Pulumi's own preview"],
    ["./stack pulumi config set agentPort 8001", "a setting in version control"],
  ],
  run: async (context) => {
    const { workspace, engine } = await openSession(context);
    mkdirSync(workspace.state, { recursive: true });
    if (needsStack(context.passedOn)) await ensureStackExists(workspace, engine);
    const program = await engine.program();
    const { configFile, environment } = engineProject(workspace, program.environment);
    const exitCode = await finishing("what Pulumi is at", () =>
      context.stream(() =>
        runEngine(program.executable, withConfigFile(context.passedOn, configFile), {
          cwd: context.root,
          // The official variable for the stack that a command without --stack means.
          env: { ...program.environment, ...environment, PULUMI_STACK: context.stackName },
          signal: context.signal,
          onTerminal: context.interactive,
        }),
      ),
    );
    return { exitCode };
  },
});

const withoutStack = new Set([
  ...["about", "help", "login", "logout", "plugin", "schema", "version", "whoami"],
  ...["stack init", "stack ls", "stack rm", "stack select"],
]);

/**
 * Whether a Pulumi command works on the stack of `./stack --stack`. The engine ignores PULUMI_STACK
 * where that stack is not in the state yet, and asks which one to take.
 */
export function needsStack(words: readonly string[]): boolean {
  if (words.some((word) => /^(-s|--stack(=.*)?|-h|--help)$/.test(word))) return false;
  const [first, second] = words.filter((word) => !word.startsWith("-"));
  return first !== undefined && !withoutStack.has(first) && !withoutStack.has(`${first} ${second}`);
}

function runEngine(
  executable: string,
  args: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv; signal: AbortSignal; onTerminal: boolean },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { signal, onTerminal, ...spawnOptions } = options;
    const child = spawn(executable, args, { ...spawnOptions, stdio: "inherit" });
    // Ctrl-C reaches the child from the terminal itself, and a second one would stop it in the middle.
    const interrupt = () => (onTerminal && isFromKeyboard(signal)) || child.kill("SIGINT");
    signal.addEventListener("abort", interrupt, { once: true });
    child.once("error", reject);
    child.once("exit", (code, killedBy) => {
      resolve(code ?? (killedBy === "SIGINT" ? 130 : 1));
    });
  });
}
