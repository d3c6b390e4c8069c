import { compareVersions } from "../os/version-order.ts";

/** A tag taken apart: "version-20.20.0-nonroot" is "version-", "20.20.0", "-nonroot". */
interface TagParts {
  readonly prefix: string;
  readonly version: string;
  readonly suffix: string;
}

/** Undefined for a tag without a version, such as "bookworm-slim": only its digest moves. */
export function tagParts(tag: string): TagParts | undefined {
  const [, prefix, version, suffix] = /^(\D*)(\d+(?:\.\d+)*)(.*)$/.exec(tag) ?? [];
  if (prefix === undefined || version === undefined || suffix === undefined) return undefined;
  return { prefix, version, suffix };
}

/**
 * The newest of `tags` that is the same kind of image as `pinned`: equal but for its version. What
 * follows the version (the major of PostgreSQL, "-slim") is part of the kind; a commit's hash is not.
 */
export function newestTag(pinned: string, tags: readonly string[]): string | undefined {
  const own = tagParts(pinned);
  if (!own) return undefined;
  return tags
    .flatMap((tag) => {
      const parts = tagParts(tag);
      return parts && isSameKind(own, parts) ? [{ tag, version: parts.version }] : [];
    })
    .sort((a, b) => compareVersions(a.version, b.version))
    .at(-1)?.tag;
}

export function isNewerTag(pinned: string, tag: string): boolean {
  const [own, other] = [tagParts(pinned), tagParts(tag)];
  return (
    own !== undefined && other !== undefined && compareVersions(own.version, other.version) < 0
  );
}

function isSameKind(own: TagParts, other: TagParts): boolean {
  return (
    own.prefix === other.prefix &&
    own.version.split(".").length === other.version.split(".").length &&
    withoutHash(own.suffix) === withoutHash(other.suffix)
  );
}

function withoutHash(suffix: string): string {
  return suffix.replace(/-[0-9a-f]{7,40}$/, "-COMMIT");
}
