import type { ImageFacts } from "../../infra/rendering.ts";

const shown = 3;

/** Why an image of ours is rebuilt; undefined where it isn't known. */
export function imageCause(
  before: ImageFacts | undefined,
  after: ImageFacts | undefined,
): string | undefined {
  if (!before || !after || before.tag === after.tag) return undefined;
  const names = [...new Set([...Object.keys(before.files), ...Object.keys(after.files)])];
  const changed = names.filter((name) => before.files[name] !== after.files[name]);
  if (changed.length === 0) return "what it is built on changed";
  const ordered = changed.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const rest = ordered.length - shown;
  const more = rest > 0 ? ` and ${rest} more` : "";
  return `${ordered.slice(0, shown).join(", ")}${more} changed`;
}

/** The files that decide most come first: how it is built, then what is installed in it. */
function rank(path: string): number {
  if (/(^|\/)Dockerfile$/.test(path)) return 0;
  return /(^|\/)(package-lock\.json|requirements\.txt)$/.test(path) ? 1 : 2;
}
