import { colours as pc } from "../output/colours.ts";
import type { DesiredStack } from "../../infra/desired-stack.ts";
import { dotenvFileName } from "../../infra/stack-name.ts";
import { describeMachine, type EngineMachine } from "../docker/host/engine-machine.ts";
import { signInHint } from "./service-pages.ts";
import { table } from "../output/table.ts";
import { duration } from "../output/duration.ts";

/** The last words of `up`: every address, how to sign in, and where answers come from. */
export function describeAddresses(
  desired: DesiredStack,
  outcome: "unchanged" | "updated",
  seconds: number,
  machine: Pick<EngineMachine, "name" | "forwardCommand">,
  adminEmail: string,
): string {
  const count = desired.specs.length;
  const where = machine.name === undefined ? "" : ` on ${machine.name}`;
  const head =
    outcome === "unchanged"
      ? `Nothing to do: all ${count} services are healthy${where}.`
      : `All ${count} services are healthy${where}, after ${duration(seconds * 1000, 2)}.`;
  const rows = desired.specs
    .filter(({ name }) => name in desired.addresses)
    .map(({ name, summary }) => [
      `  ${pc.bold(name)}`,
      desired.addresses[name] ?? "",
      pc.dim(summary),
    ]);
  const note = describeMachine(machine, Object.values(desired.addresses));
  const remote = note.length > 0 ? [...note, ""] : [];
  const signIn = signInHint(desired.addresses, adminEmail);
  const notes = [...remote, ...signIn, ...answerNote(desired)];
  return [pc.green(head), "", table(rows), "", ...notes].join("\n");
}

function answerNote({ answers, identity }: DesiredStack): string[] {
  const { provider, fallback } = answers;
  if (provider === undefined) {
    return [
      "Answers come from a small local model: fluent, and often wrong. For a real one, put " +
        `this line into ${dotenvFileName(identity.stackName)} and run ./stack up again:`,
      "  OPENROUTER_API_KEY=your-key",
    ];
  }
  const instead = fallback === "local" ? "the small local model" : fallback;
  const failing = instead === undefined ? "there is no fallback" : `${instead} when it fails`;
  return [`Answers come from ${provider}; ${failing}.`];
}
