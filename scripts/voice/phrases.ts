import type { PassageKind } from "./passages.ts";

export interface Phrase {
  readonly pattern: RegExp;
  readonly better: string;
  /** Text that the pattern must find: shows what is meant, and is checked by a test. */
  readonly example: string;
  /** Only in these; everywhere without it. */
  readonly where?: readonly PassageKind[];
}

const units = "command|container|file|folder|line|request|row|service|setting|test|word";
const things =
  "archive|backup|cache|collection|database|description|dump|file|folder|history|image|log|manifest|" +
  "memory|page|part|row|set|snapshot|state|table|test|volume";

/** Idioms that cost a reader a second, and what a technical writer would put there. */
export const phrases: readonly Phrase[] = [
  {
    pattern: /\bhad on the way\b|\b(?:not|is|are) to be had\b/u,
    better: "installed on first run; (not) available",
    example: "anything else is had on the way",
  },
  {
    pattern: /\bpays? none of\b/u,
    better: "reuses",
    example: "a second clone pays none of it again",
  },
  {
    pattern: new RegExp(`\\ban? (?:${units}) an? (?:${units})\\b(?! from)`, "u"),
    better: "one … per …",
    example: "a row a service",
  },
  { pattern: /\bwhat ails\b/u, better: "why … is unhealthy", example: "what ails a service" },
  { pattern: /\bwhat helps\b/u, better: "how to fix it; the remedy", example: "and what helps" },
  { pattern: /\bmend(?:s|ed|ing)?\b/u, better: "fix", example: "it is mended" },
  { pattern: /\banew\b/u, better: "again; from scratch", example: "made anew" },
  {
    pattern: /\blies? (?:at|below|beside|here|in|on|there|under)\b|\bwhere [\w' ]{1,40} lie\b/u,
    better: "is (in)",
    example: "caches lie in a folder",
  },
  {
    pattern: /\bstands? (?:at|below|beside|between|in (?:a|front|its|the)|on|there|under)\b/u,
    better: "is (in)",
    example: "LiteLLM stands in front of it",
  },
  {
    pattern: /\bbears?\b(?! in mind)/u,
    better: "has; contains",
    example: "the file bears its name",
  },
  {
    pattern: new RegExp(
      `\\b(?:${things}) holds?\\b(?! (?:back|up)\\b)|\\bholds? (?:data|every|no|nothing|secrets?|what)\\b`,
      "u",
    ),
    better: "contains; has; checks",
    example: "what a backup holds",
  },
  {
    pattern: /\bheld by (?:an? |unit )?tests?\b/u,
    better: "verified by a test",
    example: "documented and held by a test",
  },
  {
    pattern: /\b(?:nobody|nothing) (?:may|must|shall|should)\b/u,
    better: "say who must not do what",
    example: "nobody may write there",
  },
  {
    pattern: /\b(?:taken|takes|took) (?:it |them |this )?back\b/u,
    better: "reverted; rolled back; withdrawn",
    example: "a restore that was taken back",
  },
  {
    pattern: /\b(?:goes|going|gone|went) back\b(?! to)|\bgo back (?:from|when)\b/u,
    better: "is rolled back; reverts",
    example: "a restore goes back when it fails",
  },
  {
    pattern: /\bgo on as it comes\b/u,
    better: "stream new lines",
    example: "Go on as it comes",
  },
  {
    pattern: /\basks? nothing\b/u,
    better: "assume yes to every question; skip confirmation prompts",
    example: "Ask nothing",
  },
  {
    pattern: /\bgone, its data too\b/u,
    better: "was removed, and its data was deleted",
    example: "The stack is gone, its data too.",
  },
  {
    pattern: /\bsomething else listens\b/u,
    better: "port N is in use by another process",
    example: "something else listens there",
  },
  {
    pattern: /(?:\b(?:manifest|state|tree)|…) speaks\b/u,
    better: "the schema is X, expected Y",
    example: "the tree speaks 2, this one 1",
  },
  {
    pattern: /\bfor want of\b/u,
    better: "without; when there is no",
    example: "for want of a key",
  },
  {
    pattern:
      /\bof (?:her|his|its|one's|our|their) own(?=[.,;:)"'`!?|]|$| (?:and|are|as|at|beside|by|for|from|in|is|of|on|or|per|since|so|than|that|then|to|under|until|was|when|where|which|whose|with)\b)/u,
    better: "its own …",
    example: "with ports of its own",
  },
  {
    pattern:
      /(?<!\bthere )\b(?:is|are|was|were) no (?!less|longer|more|one\b|such\b)(?=[\p{L}`…])/u,
    better: "is not a …; is not …",
    example: "the answer is no JSON",
  },
  {
    pattern: /\blines from the end\b/u,
    better: "show the last N lines",
    example: "Lines from the end",
    where: ["docs", "string"],
  },
  {
    pattern: /\bonly what is younger\b/u,
    better: "only newer than",
    example: "Only what is younger",
  },
  {
    pattern: /\bplain lines, no live table\b/u,
    better: "plain output",
    example: "Plain lines, no live table",
  },
  {
    pattern: /\bnot enough non-option arguments\b/u,
    better: "name the argument that is missing, and its values",
    example: "Not enough non-option arguments: got 0",
    where: ["docs", "string"],
  },
  {
    pattern: /\boutlived its command\b/u,
    better: "is still running though its command ended",
    example: "pulumi has outlived its command",
  },
  {
    pattern: /\bis as it should be\b/u,
    better: "up to date",
    example: "the stack is as it should be",
  },
  {
    pattern: /\bas up left it\b/u,
    better: "everything matches the last `up`",
    example: "all that runs is as up left it",
  },
  { pattern: /\bas the runbook says\b/u, better: "passed", example: "as the runbook says" },
  { pattern: /\bone door to\b/u, better: "gateway", example: "one door to every model" },
  {
    pattern: /\bno good stack is remembered\b/u,
    better: "no restore point yet",
    example: "No good stack is remembered yet",
  },
  {
    pattern: /\btakes time to make\b|^[^;]*; interrupts nothing\b/u,
    better: "rebuild only, no downtime",
    example: "Starts; interrupts nothing",
  },
  {
    pattern: /^waiting for it\b/u,
    better: "needed by",
    example: "Waiting for it",
    where: ["string"],
  },
  {
    pattern: /(?:\d+|…) to look at\b/u,
    better: "N updates available",
    example: "9 to look at",
  },
  {
    pattern: /\b(?:was|were) stopped from outside\b/u,
    better: "stopped manually",
    example: "It was stopped from outside",
  },
  {
    pattern: /\b(?:albeit|hitherto|lest|naught|whence|whilst|therein|thereof|wherein|whereof)\b/u,
    better: "the everyday word",
    example: "lest it fail",
  },
];
