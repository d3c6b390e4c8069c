import { readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

export const pinnedChecksumsFile = path.join(import.meta.dirname, "pinned-checksums.json");

const schema = z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/));

/** SHA-256 by the name of an archive, as `scripts/pin-pulumi.ts` wrote them. */
export const pinnedChecksums: Readonly<Record<string, string>> = schema.parse(
  JSON.parse(readFileSync(pinnedChecksumsFile, "utf8")),
);
