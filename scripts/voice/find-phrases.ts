import { passagesOf } from "./passages.ts";
import type { Phrase } from "./phrases.ts";

export interface Hit {
  readonly path: string;
  readonly line: number;
  readonly found: string;
  readonly better: string;
}

/** Every phrase in a file, in the order of its lines. */
export function findPhrases(path: string, source: string, phrases: readonly Phrase[]): Hit[] {
  const hits = passagesOf(path, source).flatMap(({ kind, text, lines }) =>
    phrases
      .filter(({ where }) => where === undefined || where.includes(kind))
      .flatMap(({ pattern, better }) =>
        [...text.matchAll(new RegExp(pattern, "giu"))].map((match) => ({
          path,
          line: lines[match.index] ?? 0,
          found: match[0],
          better,
        })),
      ),
  );
  return hits.sort((one, other) => one.line - other.line);
}
