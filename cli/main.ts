import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { exitCodes } from "./os/exit-codes.ts";
import { line, time } from "./output/json-lines.ts";
import { systemError } from "./os/system-error.ts";

// What the launcher starts. It imports none of npm's packages: where one is missing, this says so.
const root = dirname(import.meta.dirname);

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
