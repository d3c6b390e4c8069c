/** A block of commands of a document. */
export interface RunbookBlock {
  /** Its first line in the document. */
  readonly line: number;
  readonly script: string;
  /** Why it must not be run; undefined where it must. */
  readonly skip: string | undefined;
  /** Exit codes that are as they should be. */
  readonly exitCodes: readonly number[];
}

/**
 * The `sh` blocks of a Markdown document.
 *
 * A comment above a block may say `not run: WHY`, or `run: exit 0 or 1, WHY`.
 */
export function runbookBlocks(markdown: string): RunbookBlock[] {
  const blocks: RunbookBlock[] = [];
  const pattern = /(?:<!-- ([\s\S]*?) -->\n\n)?^```sh\n([\s\S]*?)^```$/gm;
  for (const match of markdown.matchAll(pattern)) {
    const [whole, comment = "", script = ""] = match;
    const before = markdown.slice(0, match.index + whole.indexOf("```sh"));
    const codes = /^run: exit ([\d or]+)/.exec(comment)?.[1];
    blocks.push({
      line: before.split("\n").length,
      script,
      skip: /^not run: ([\s\S]+)$/.exec(comment)?.[1],
      exitCodes: codes === undefined ? [0] : codes.trim().split(" or ").map(Number),
    });
  }
  return blocks;
}

/**
 * A block for another stack: default addresses become that stack's, and `./stack` names it.
 *
 * @param addresses base addresses by service; `defaults` has the documented port of each.
 */
export function forStack(
  script: string,
  stackName: string,
  defaults: Readonly<Record<string, number>>,
  address: (service: string) => string,
): string {
  const moved = Object.entries(defaults).reduce(
    (text, [service, port]) =>
      text.replaceAll(new RegExp(`http://localhost:${port}\\b`, "g"), () => address(service)),
    script,
  );
  return moved.replaceAll(/^\.\/stack\b/gm, `./stack --stack ${stackName}`);
}
