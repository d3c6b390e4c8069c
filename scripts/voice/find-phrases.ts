import { passagesOf } from "./passages.ts";
import type { Exception, Phrase } from "./phrases.ts";

export interface Hit {
  readonly path: string;
  readonly line: number;
  readonly found: string;
  readonly better: string;
}

/** Every phrase in a file that is not an exception, in the order of its lines. */
export function findPhrases(
  path: string,
  source: string,
  phrases: readonly Phrase[],
  exceptions: readonly Exception[] = [],
): Hit[] {
  const hits = passagesOf(path, source).flatMap(({ kind, text, lines }) =>
    phrases
      .filter(({ where }) => where === undefined || where.includes(kind))
      .flatMap(({ pattern, better }) =>
        [...text.matchAll(new RegExp(pattern, "giu"))]
          .filter((match) => !exceptions.some((each) => isAllowed(each, path, text, match.index)))
          .map((match) => ({ path, line: lines[match.index] ?? 0, found: match[0], better })),
      ),
  );
  return hits.sort((one, other) => one.line - other.line);
}

/** True where the match is inside the exception's own words. */
function isAllowed({ path, words }: Exception, file: string, text: string, at: number): boolean {
  if (path !== file) return false;
  const start = text.lastIndexOf(words, at);
  return start !== -1 && at < start + words.length;
}
