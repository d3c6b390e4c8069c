import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { StackError } from "../../infra/stack-error.ts";
import type { OfficialRelease } from "./official-release.ts";
import type { Workplace } from "./part.ts";
import { pins } from "./pins.ts";
import { interrupted, ProcessFailure, runProcess } from "../os/run-process.ts";
import { unpackArchive } from "./unpack-archive.ts";
import { versionIn } from "./version.ts";

/** Puts the folder of the executable in place, wherever it is in the archive. */
export async function installRelease(
  release: OfficialRelease,
  archive: string,
  workplace: Workplace,
): Promise<void> {
  const { directory, signal, say } = workplace;
  const unpacked = path.join(directory, "unpacked");
  say("unpacking");
  await mkdir(unpacked);
  const names = await unpackArchive(archive, release.kind, unpacked, signal).catch(
    (error: unknown) => {
      throw signal?.aborted ? interrupted() : brokenArchive(release, error);
    },
  );
  const executable = names.find((name) => path.basename(name) === release.executable);
  if (executable === undefined) {
    throw brokenArchive(release, new Error(`it has no ${release.executable}`));
  }
  await rename(path.join(unpacked, path.dirname(executable)), path.join(directory, "bin"));
  await rm(unpacked, { recursive: true, force: true });
  await rm(archive);
}

function brokenArchive({ archive }: OfficialRelease, cause: unknown): unknown {
  const { code, message } = cause as NodeJS.ErrnoException;
  // The disk's errors are explained elsewhere.
  if (code === "ENOSPC" || code === "EDQUOT") return cause;
  return new StackError(`${archive} has the right checksum and can't be unpacked: ${message}.`, {
    remedy:
      "The archive was published broken, or your mirror made it so. Set PULUMI_RELEASES_URL to " +
      "another mirror, or to none: the tools are then built.",
    cause,
  });
}

/** The first start of a program of 200 MB takes a while where a virus scanner reads it. */
const answerWithin = 60_000;

export async function checkEngine(executable: string, workplace: Workplace): Promise<void> {
  const { directory, environment, signal, say } = workplace;
  say("starting it for the first time");
  const home = path.join(directory, "home");
  const lines: string[] = [];
  const limit = AbortSignal.timeout(answerWithin);
  try {
    await runProcess(path.join(directory, executable), ["version"], {
      environment: { ...environment, PULUMI_HOME: home, PULUMI_SKIP_UPDATE_CHECK: "true" },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      onLine: (line) => lines.push(line),
    });
  } catch (error) {
    if (signal?.aborted || !(error instanceof ProcessFailure || limit.aborted)) throw error;
    throw doesNotRun(lines, error);
  }
  if (versionIn(lines.join("\n")) !== pins.sdk) throw doesNotRun(lines);
  await rm(home, { recursive: true, force: true });
}

function doesNotRun(lines: readonly string[], cause?: unknown): StackError {
  return new StackError("The downloaded Pulumi engine does not run here.", {
    details: [...(cause instanceof Error ? [cause.message] : []), ...lines.slice(-10)],
    remedy:
      "If the cache directory is on a file system without execution (noexec), set XDG_CACHE_HOME to " +
      "another. Or install Pulumi yourself, or set PULUMI_RELEASES_URL=none to build it.",
    cause,
  });
}
