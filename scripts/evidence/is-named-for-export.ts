import { basename, dirname, extname } from "node:path";
import { exportedNames } from "./exported-names.ts";

/**
 * Whether a file is named for its main export: the words of its name, in any order, are in the name of
 * one of its exports. A file without exports is an entry, `index.ts` is a table of its folder, and
 * a `service.ts` of infra/services is the service that its folder is called after.
 */
export function isNamedForExport(path: string, text: string): boolean {
  const file = basename(path, extname(path));
  const name = /^infra\/services\/.*\/service\.ts$/u.test(path) ? basename(dirname(path)) : file;
  const exported = exportedNames(path, text);
  if (exported.length === 0 || name === "index") return true;
  const wanted = wordsOf(name);
  return exported.some((each) => {
    const words = new Set(wordsOf(each));
    return wanted.every((word) => words.has(word));
  });
}

/** In the singular and in small letters: `restoreFiles` and `restore-file` have the same words. */
function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/gu, "$1-$2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/gu, "$1-$2")
    .toLowerCase()
    .split("-")
    .map((word) => word.replace(/ies$/u, "y").replace(/(?<!s)s$/u, ""));
}
