/** Names the shape of every line; docs/cli.md describes it. It changes only with a new number. */
const schema = "agent-stack/1";

/** One event of a command's NDJSON. */
export function line(event: {
  readonly type: "activity" | "result" | "error" | "log";
  readonly [name: string]: unknown;
}): string {
  return `${JSON.stringify({ schema, ...event })}\n`;
}

export function time(): string {
  return new Date().toISOString();
}
