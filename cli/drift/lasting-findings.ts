import { mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { writeFileAtomically } from "../os/write-file-atomically.ts";
import { readJson } from "../os/read-json.ts";
import type { Workspace } from "../os/workspace.ts";
import type { Finding } from "./drift-of.ts";

const lastingFinding = z.object({
  /** The container's id. */
  container: z.string(),
  service: z.string(),
  aspect: z.string(),
  expected: z.string().optional(),
  actual: z.string().optional(),
});

/** A difference that a container had from its first moment: replacing it once more would not help. */
export type LastingFinding = z.output<typeof lastingFinding>;

/** The findings of containers that `drift --fix` has just made. */
export function lastingFindings(
  findings: readonly Finding[],
  containers: ReadonlyMap<string, string>,
): LastingFinding[] {
  return findings.flatMap((finding) => {
    const container = containers.get(finding.service);
    return container === undefined ? [] : [{ container, ...finding }];
  });
}

/**
 * Services that a replacement may make right.
 *
 * @param containers ids by service.
 */
export function replaceableServices(
  findings: readonly Finding[],
  containers: ReadonlyMap<string, string>,
  lasting: readonly LastingFinding[],
): Set<string> {
  const open = findings.filter((finding) => {
    const same = { container: containers.get(finding.service), ...finding };
    return !lasting.some((known) => isDeepStrictEqual(known, same));
  });
  return new Set(open.map(({ service }) => service));
}

export function rememberLasting(workspace: Workspace, lasting: readonly LastingFinding[]): void {
  const path = pathOf(workspace);
  if (lasting.length === 0) {
    rmSync(path, { force: true });
    return;
  }
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomically(path, JSON.stringify(lasting), 0o600);
}

export function recallLasting(workspace: Workspace): LastingFinding[] {
  // Only a memory: without it a container is replaced once more.
  const parsed = z.array(lastingFinding).safeParse(readJson(pathOf(workspace)));
  return parsed.success ? parsed.data : [];
}

function pathOf({ home, stackName }: Workspace): string {
  return join(home, "drift", `${stackName}.json`);
}
