/** Kept back from a run's deadline, so that a run out of time still answers. */
export const answerReserveSeconds = 15;

/** What the numbers must agree in: each rule names one that has to fit into another. */
interface Rule<Name extends string> {
  readonly inner: Name;
  readonly outer: Name;
  /** Of the inner one's units in one of the outer one's. */
  readonly scale?: number;
  /** How much larger the outer one has to be, in its own units. */
  readonly margin?: number;
  /** What would happen otherwise. */
  readonly otherwise: string;
}

const noTimeForTools = `a run keeps ${answerReserveSeconds} s of its time to answer in, and calls no tool then`;
const endsFirst = "the run would be ended first, with an error";

const rules = [
  {
    inner: "AGENT_TOOL_TIMEOUT_SECONDS",
    outer: "AGENT_RUN_DEADLINE_SECONDS",
    margin: answerReserveSeconds,
    otherwise: `${noTimeForTools}: one slow tool would be a failed run`,
  },
  {
    inner: "AGENT_FETCH_TIMEOUT_SECONDS",
    outer: "AGENT_TOOL_TIMEOUT_SECONDS",
    otherwise: "web_fetch is a tool, and would be ended first",
  },
  {
    inner: "AGENT_MEMORY_TIMEOUT_MILLISECONDS",
    outer: "AGENT_RUN_DEADLINE_SECONDS",
    scale: 1000,
    margin: answerReserveSeconds,
    otherwise: `${noTimeForTools}: slow memory would be a run without tools`,
  },
  {
    inner: "AGENT_FIRST_TOKEN_TIMEOUT_SECONDS",
    outer: "AGENT_RUN_DEADLINE_SECONDS",
    otherwise: endsFirst,
  },
  {
    inner: "AGENT_IDLE_TIMEOUT_SECONDS",
    outer: "AGENT_RUN_DEADLINE_SECONDS",
    otherwise: endsFirst,
  },
  {
    inner: "AGENT_STATEMENT_TIMEOUT_SECONDS",
    outer: "AGENT_RUN_DEADLINE_SECONDS",
    otherwise: "a run would wait for the database longer than it may take",
  },
  {
    inner: "AGENT_BODY_LIMIT_BYTES",
    outer: "AGENT_TOTAL_BODY_BYTES",
    otherwise: "a body that is not too large would never be let in",
  },
  {
    inner: "AGENT_TURN_CHARACTERS",
    outer: "AGENT_RUN_CHARACTERS",
    otherwise: "no turn could be as long as that",
  },
  {
    inner: "AGENT_RUN_CHARACTERS",
    outer: "AGENT_TOTAL_CHARACTERS",
    otherwise: "no run could say as much as that",
  },
  {
    inner: "AGENT_MAX_RUNS_PER_KEY",
    outer: "AGENT_MAX_RUNS",
    otherwise: "one key could take all runs",
  },
  {
    inner: "AGENT_MAX_RUNS_PER_USER",
    outer: "AGENT_MAX_RUNS",
    otherwise: "one person could take all runs",
  },
  {
    inner: "AGENT_MAX_RUNS_PER_USER",
    outer: "AGENT_MAX_RUNS_PER_KEY",
    otherwise: "one person could take all runs of their key",
  },
] as const satisfies readonly Rule<string>[];

type NumberName = (typeof rules)[number]["inner" | "outer"];

/** As much of the agent's environment as the rules are about. */
type Bounds = Readonly<Record<NumberName, number>> & {
  readonly AGENT_API_KEYS: readonly string[];
  readonly OPENWEBUI_AGENT_KEY?: string | undefined;
};

/**
 * What of an environment, each value of which is good by itself, can't be meant together: a sentence each,
 * with what to change.
 *
 * @param accepts whether a variable may have this value.
 */
export function contradictions(
  environment: Bounds,
  accepts: (name: NumberName, value: number) => boolean,
): readonly string[] {
  return [
    ...rules
      .filter((rule) => isBroken(rule, environment))
      .map((rule) => told(rule, environment, accepts)),
    ...sharedKeys(environment),
  ];
}

/** 0 is not a bound in those that may be 0. */
function isBroken({ inner, outer, scale = 1, margin = 0 }: Rule<NumberName>, of: Bounds): boolean {
  return of[outer] > 0 && of[inner] > (of[outer] - margin) * scale;
}

function told(
  { inner, outer, scale = 1, margin = 0, otherwise }: Rule<NumberName>,
  of: Bounds,
  accepts: (name: NumberName, value: number) => boolean,
): string {
  const least = Math.ceil(of[inner] / scale) + margin;
  const most = (of[outer] - margin) * scale;
  const remedies = [
    ...(accepts(outer, least) ? [`${outer} to at least ${least}`] : []),
    ...(accepts(inner, most) ? [`${inner} to at most ${most}`] : []),
  ];
  return `${inner} is ${of[inner]} and ${outer} is ${of[outer]}: ${otherwise}. Set ${remedies.join(", or ")}.`;
}

function sharedKeys({ AGENT_API_KEYS: keys, OPENWEBUI_AGENT_KEY: trusted }: Bounds) {
  if (trusted === undefined || !keys.includes(trusted)) return [];
  return [
    "OPENWEBUI_AGENT_KEY is also one of AGENT_API_KEYS: whoever has it could speak for every user of " +
      "Open WebUI. Give callers another key.",
  ];
}
