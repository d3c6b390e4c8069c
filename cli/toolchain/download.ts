import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pins } from "./pins.ts";
import type { Part, Workplace } from "./part.ts";
import { ProcessFailure, runProcess } from "./run-process.ts";

const executableEnding = process.platform === "win32" ? ".exe" : "";

/** The official engine, brought by Pulumi's own installer into our cache. */
export const downloadedEngine: Part = {
  subject: "Pulumi engine",
  id: `pulumi-${pins.sdk}-download`,
  version: pins.sdk,
  origin: "download",
  executable: `bin/pulumi${executableEnding}`,
  make: async (workplace) => {
    const installer = path.join(import.meta.dirname, "download-engine.ts");
    await download(process.execPath, [installer, workplace.directory], workplace);
  },
};

/** An official plugin, brought by the engine; its home is ours, the user's is left alone. */
export function downloadedPlugin(
  name: "docker" | "command",
  subject: string,
  engine: string,
): Part {
  const { version } = name === "docker" ? pins.dockerPlugin : pins.commandPlugin;
  return {
    subject,
    id: `pulumi-resource-${name}-${version}-download`,
    version,
    origin: "download",
    executable: `bin/pulumi-resource-${name}${executableEnding}`,
    make: async (workplace) => {
      const home = path.join(workplace.directory, "home");
      const environment = { ...workplace.environment, PULUMI_HOME: home };
      const args = ["plugin", "install", "resource", name, version, "--non-interactive"];
      await download(engine, args, { ...workplace, environment });
      const plugin = path.join(home, "plugins", `resource-${name}-v${version}`);
      await rename(plugin, path.join(workplace.directory, "bin"));
      await rm(home, { recursive: true });
    },
  };
}

/** Nothing at all arrived for so long: this network is closed. */
const firstByteWithin = 5_000;
/** A download that stands still for so long won't end. */
const silenceAllowed = 30_000;

/**
 * Runs a program that downloads. Closed networks fail at the name lookup, or swallow packets; both
 * must cost seconds. The program's temporary directory shows whether anything arrives.
 */
async function download(
  command: string,
  args: readonly string[],
  { directory, environment, signal, say }: Workplace,
): Promise<void> {
  const scratch = path.join(directory, "scratch");
  await mkdir(scratch);
  // Where an installer and the engine put what they download; the engine's home holds more than that.
  const arrivals = [scratch, path.join(directory, "bin"), path.join(directory, "home/plugins")];
  const silence = new AbortController();
  let seen = 0;
  let since = Date.now();
  say("looking for a download");
  const watch = setInterval(() => {
    void sizeOf(arrivals).then((size) => {
      if (size > seen) {
        seen = size;
        since = Date.now();
        say(`downloading, ${Math.ceil(size / 1e6)} MB so far`);
      } else if (Date.now() - since > (seen === 0 ? firstByteWithin : silenceAllowed)) {
        silence.abort();
      }
    });
  }, 500);
  try {
    await runProcess(command, args, {
      environment: { ...environment, TMPDIR: scratch, TEMP: scratch, TMP: scratch },
      signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
    });
  } catch (error) {
    if (silence.signal.aborted && signal?.aborted !== true) {
      throw new ProcessFailure("The network does not answer.", []);
    }
    throw error;
  } finally {
    clearInterval(watch);
    await rm(scratch, { recursive: true, force: true });
  }
}

async function sizeOf(directories: readonly string[]): Promise<number> {
  let sum = 0;
  for (const directory of directories) {
    try {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      for (const file of entries.filter((entry) => entry.isFile())) {
        sum += (await stat(path.join(file.parentPath, file.name))).size;
      }
    } catch {
      // Directories and files come and go under a running installer; the next look will do.
    }
  }
  return sum;
}
