import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

/** Where BuildKit's plain log of an image goes, live; `infra/program/image-arguments.ts` names the same file. */
export function buildLogPath(logs: string, image: string): string {
  return join(logs, `build-${image}.log`);
}

/** What the build of an image is doing, in the words of its Dockerfile; undefined before it starts. */
export function buildStep(logs: string, image: string): string | undefined {
  const lines = endOf(buildLogPath(logs, image), 8192);
  // "#12 [stage 3/5] RUN …" opens a step; all that follows with "#12" is its output.
  const step = lines.findLast((line) => /^#\d+ \[[^\]]*\d+\/\d+\] /.test(line));
  return step?.replace(/^#\d+ /, "").slice(0, 70);
}

/** The last lines of a failed build, without BuildKit's numbering of other steps. */
export function buildFailure(logs: string, image: string, count = 15): string[] {
  return endOf(buildLogPath(logs, image), 16_384)
    .filter((line) => line.trim() !== "")
    .slice(-count);
}

function endOf(path: string, bytes: number): string[] {
  try {
    const descriptor = openSync(path, "r");
    try {
      const { size } = fstatSync(descriptor);
      const start = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(size - start);
      readSync(descriptor, buffer, 0, buffer.length, start);
      return buffer.toString("utf8").split("\n");
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return [];
  }
}
