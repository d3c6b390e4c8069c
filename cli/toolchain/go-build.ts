import { availableParallelism, totalmem } from "node:os";
import { explainFailure, isProgress } from "./explain-failure.ts";
import type { GoCompiler } from "./go-compiler.ts";
import type { Workplace } from "./part.ts";
import type { Say } from "./progress.ts";
import { runProcess } from "../os/run-process.ts";

export interface GoBuild {
  readonly subject: string;
  /** The module, with a complete go.sum. */
  readonly directory: string;
  readonly package: string;
  readonly flags: readonly string[];
  readonly output: string;
  /** Packages by `go list -deps`, and how long a build took with nothing in Go's cache. */
  readonly size: { readonly packages: number; readonly usually: string };
}

/**
 * No paths of this machine in the binary, no C compiler, nothing that the pins don't say; and nothing for a
 * debugger, which the linker would throw away again.
 */
export const commonFlags = [
  "-trimpath",
  "-buildvcs=false",
  "-mod=readonly",
  "-gcflags=all=-dwarf=false",
] as const;

export function goEnvironment(
  compiler: GoCompiler,
  environment: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return {
    ...environment,
    // A user's flags and workspaces would make another program of the same pins.
    GOFLAGS: "",
    GOWORK: "off",
    GO111MODULE: "on",
    GOTOOLCHAIN: "local",
    CGO_ENABLED: "0",
    // The compiler spends a third of its time on collecting garbage, where there is memory to spare.
    GOGC: environment["GOGC"] ?? "1000",
    GOMEMLIMIT: environment["GOMEMLIMIT"] ?? memoryLimit(totalmem(), availableParallelism()),
    ...compiler.environment,
  };
}

/** What each of the compilers that run at once may use before it collects garbage as ever. */
export function memoryLimit(totalBytes: number, cores: number): string {
  const mebibytes = Math.floor(totalBytes / 1024 ** 2 / 2 / cores);
  return `${Math.min(Math.max(mebibytes, 128), 1024)}MiB`;
}

export async function goBuild(
  build: GoBuild,
  compiler: GoCompiler,
  { environment, signal, say }: Workplace,
): Promise<void> {
  const args = ["build", "-v", ...commonFlags, ...build.flags, "-o", build.output, build.package];
  try {
    await runProcess(compiler.executable, args, {
      cwd: build.directory,
      environment: goEnvironment(compiler, environment),
      signal,
      onLine: buildProgress(build.size, say),
    });
  } catch (error) {
    throw explainFailure(build.subject, error);
  }
}

/** Puts `go build -v`, which names a module or package a line, into words. */
export function buildProgress(size: GoBuild["size"], say: Say): (line: string) => void {
  let modules = 0;
  let packages = 0;
  const tell = () => {
    const doing =
      packages > 0
        ? `compiling, ${packages} of at most ${size.packages} packages`
        : `downloading Go modules, ${modules} so far`;
    say(`${doing}; usually ${size.usually} when nothing is cached`);
  };
  say(`starting Go; usually ${size.usually} when nothing is cached`);
  return (line) => {
    if (line.startsWith("go: downloading ")) modules += 1;
    else if (isProgress(line)) packages += 1;
    else return;
    tell();
  };
}
