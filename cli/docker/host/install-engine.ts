import { StackError } from "../../../infra/stack-error.ts";
import type { Progress } from "./progress.ts";
import type { RunCommand } from "./run-command.ts";
import { installedPackages } from "./start-plan.ts";
import { daemonFolders } from "./system.ts";

const detailLines = 15;

/** Installs the distribution's engine with apt. The caller has asked the user. */
export async function installEngine(options: {
  environment: NodeJS.ProcessEnv;
  run: RunCommand;
  progress: Progress;
  signal: AbortSignal;
}): Promise<void> {
  const { run, progress, signal } = options;
  const environment = aptEnvironment(options.environment);
  const apt = async (words: readonly string[], doing: string): Promise<void> => {
    const lines: string[] = [];
    progress.say(doing);
    const onLine = (line: string): void => {
      if (lines.push(line) > detailLines) lines.shift();
      progress.say(aptStep(line) ?? doing);
    };
    // Another apt, such as the nightly upgrade, is waited for.
    const patiently = ["-o", "DPkg::Lock::Timeout=120", ...words];
    const code = await run("apt-get", patiently, { environment, signal, onLine });
    if (code !== 0) throw failed(words, code, lines);
  };
  await apt(["update"], "reading the distribution's package lists");
  const client = await run("apt-cache", ["show", "docker-cli"], {
    environment,
    signal,
    onLine: () => undefined,
  });
  // Since Debian 13 the docker command is its own package, which docker.io only recommends.
  const packages = client === 0 ? [...installedPackages, "docker-cli"] : installedPackages;
  await apt(["install", "-y", "--no-install-recommends", ...packages], "installing docker.io");
}

/** apt must not ask, must speak English for `aptStep`, and find the tools of /usr/sbin. */
function aptEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...environment,
    DEBIAN_FRONTEND: "noninteractive",
    LC_ALL: "C",
    PATH: [environment["PATH"] ?? "/usr/bin:/bin", ...daemonFolders].join(":"),
  };
}

/** What a line of apt's output says is being done, if it says so. */
export function aptStep(line: string): string | undefined {
  const fetching = /^Get:\d+ \S+ \S+ \S+ (\S+) .*\[(.+)\]$/.exec(line);
  if (fetching) return `fetching ${fetching[1] ?? ""} (${fetching[2] ?? ""})`;
  const handling = /^(Unpacking|Setting up) ([^\s:]+)/.exec(line);
  if (!handling) return undefined;
  return `${handling[1] === "Unpacking" ? "unpacking" : "setting up"} ${handling[2] ?? ""}`;
}

function failed(words: readonly string[], code: number, details: readonly string[]): StackError {
  const command = `apt-get ${words.join(" ")}`;
  return new StackError(`Docker could not be installed: apt-get ended with exit code ${code}.`, {
    remedy: `Fix what apt-get names, then run \`${command}\` or this command again.`,
    details,
  });
}
