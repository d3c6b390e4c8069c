import { rmSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { cacheDirectory } from "./os/cache-directory.ts";
import { exitCodes } from "./os/exit-codes.ts";
import { line, time } from "./output/json-lines.ts";
import { systemError } from "./os/system-error.ts";

// What the launcher starts. It imports none of npm's packages: where one is missing, this says so.
const root = dirname(import.meta.dirname);
// Half of the time of a short command is the compilation of what it imports. Where the folder can't be
// written, Node compiles as ever.
enableCompileCache(join(cacheDirectory(process.env), "compiled"));

try {
  const [{ runCommandLine }, { commands }] = await Promise.all([
    import("./command-line/run-command-line.ts"),
    import("./commands/index.ts"),
  ]);
  await runCommandLine(commands);
} catch (thrown) {
  const error = systemError(thrown);
  if (!error) throw thrown;
  // Without its stamp the launcher installs all packages again.
  rmSync(join(root, "node_modules/.stack-lockfile"), { force: true });
  const { message, remedy } = error;
  if (process.argv.includes("--json")) {
    const exitCode = exitCodes.failed;
    process.stdout.write(line({ type: "error", time: time(), message, remedy, exitCode }));
  } else {
    process.stderr.write(`✗ ${message}\n→ ${remedy}\n`);
  }
  process.exitCode = exitCodes.failed;
}
