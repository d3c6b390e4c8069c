/** Something that a command said while it worked: an event of its NDJSON, or a line of the launcher's. */
export interface Moment {
  /** Milliseconds since the command began. */
  readonly at: number;
  readonly phase: string;
  readonly subject: string;
}

/** A piece of work, from the first word of it to the last. */
export interface Part {
  readonly phase: string;
  readonly subject: string;
  readonly began: number;
  readonly ended: number;
}

/** What the launcher says before any event, by the beginning of its lines. */
const launcherLines = [
  { beginning: "stack: fetching Node", subject: "Node" },
  { beginning: "stack: installing npm packages", subject: "npm packages" },
] as const;

/** A line of standard error as a moment; undefined where it begins nothing. */
export function launcherMoment(line: string, at: number): Moment | undefined {
  const found = launcherLines.find(({ beginning }) => line.startsWith(beginning));
  return found && { at, phase: "launcher", subject: found.subject };
}

/** An event of `--json` as a moment; undefined where it is of no work. */
export function eventMoment(
  event: Readonly<Record<string, unknown>>,
  at: number,
): Moment | undefined {
  const { type, phase, subject } = event;
  if (type !== "activity" || typeof phase !== "string" || typeof subject !== "string")
    return undefined;
  return { at, phase, subject };
}

/** Every piece of work in the order in which they began; what the launcher does ends with what follows. Pure. */
export function partsOf(moments: readonly Moment[]): Part[] {
  const parts = new Map<string, Part>();
  for (const [index, { at, phase, subject }] of moments.entries()) {
    const key = `${phase}/${subject}`;
    const began = parts.get(key)?.began ?? at;
    const ended = phase === "launcher" ? (moments[index + 1]?.at ?? at) : at;
    parts.set(key, { phase, subject, began, ended });
  }
  return [...parts.values()].sort((a, b) => a.began - b.began);
}

/** A Markdown table: each phase as a whole, and the pieces of work in it that took a second or more. */
export function phaseTable(parts: readonly Part[]): string {
  const phases = [...new Set(parts.map(({ phase }) => phase))];
  const rows = phases.flatMap((phase) => {
    const own = parts.filter((part) => part.phase === phase);
    const whole = {
      began: Math.min(...own.map(({ began }) => began)),
      ended: Math.max(...own.map(({ ended }) => ended)),
    };
    const long = own.filter(({ began, ended }) => ended - began >= 1_000);
    return [row(`**${phase}**`, whole), ...long.map((part) => row(part.subject, part))];
  });
  return ["| work | begins after | takes |", "| --- | --- | --- |", ...rows].join("\n");
}

function row(what: string, { began, ended }: Pick<Part, "began" | "ended">): string {
  return `| ${what} | ${clock(began)} | ${clock(ended - began)} |`;
}

/** "9 min 33 s", or "33 s". */
export function clock(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}
