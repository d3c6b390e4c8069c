import { z } from "zod";
import { askClient, type ClientPlace, lastWords } from "./ask-client.ts";

/** Few at a time and no second try: a check may be run anywhere, and says who did not answer. */
const limits = ["--fetch-retries=0", "--fetch-timeout=15000", "--maxsockets=4", "--loglevel=error"];

const entry = z.object({
  wanted: z.string().optional(),
  latest: z.string().optional(),
  type: z.string(),
  /** The folder of the package.json that names it, from the root; empty for the root's own. */
  dependedByLocation: z.string().default(""),
});
const outdated = z.record(z.string(), z.union([entry, z.array(entry)]));
const refusal = z.object({
  message: z.string().optional(),
  error: z.object({ code: z.string().optional(), summary: z.string().optional() }),
});

export type OutdatedEntry = z.infer<typeof entry> & { readonly name: string };

/** A registry's answer, or why there is none. */
export type Answer<T> = { readonly value: T } | { readonly unanswered: string };

/** What `npm outdated` says of every package.json here. */
export async function askOutdated(place: ClientPlace): Promise<Answer<OutdatedEntry[]>> {
  const answer = await askClient("npm", ["outdated", "--json", "--long", ...limits], place);
  const parsed = jsonOf(answer.stdout);
  const refused = refusalIn(parsed);
  if (refused !== undefined) return { unanswered: refused };
  const known = outdated.safeParse(parsed ?? {});
  if (!known.success || (answer.exitCode !== 0 && answer.stdout.trim() === ""))
    return { unanswered: lastWords(answer) };
  const entries = Object.entries(known.data).flatMap(([name, found]) =>
    [found].flat().map((each) => ({ ...each, name })),
  );
  return { value: entries };
}

/** Every published version of a package, in npm's order. */
export async function askVersions(name: string, place: ClientPlace): Promise<Answer<string[]>> {
  const answer = await askClient("npm", ["view", name, "versions", "--json", ...limits], place);
  const parsed = jsonOf(answer.stdout);
  const refused = refusalIn(parsed);
  if (refused !== undefined) return { unanswered: refused };
  // One version alone comes as a text.
  const known = z.union([z.string(), z.array(z.string())]).safeParse(parsed);
  return known.success ? { value: [known.data].flat() } : { unanswered: lastWords(answer) };
}

const advisories = z.object({
  vulnerabilities: z.record(
    z.string(),
    z.object({
      severity: z.string(),
      range: z.string(),
      fixAvailable: z.union([
        z.boolean(),
        z.object({ name: z.string(), version: z.string(), isSemVerMajor: z.boolean().optional() }),
      ]),
    }),
  ),
});

export type Advisories = z.infer<typeof advisories>["vulnerabilities"];

/** What `npm audit` says of the lockfile; without dev dependencies where `runtimeOnly`. */
export async function askAudit(
  place: ClientPlace,
  { runtimeOnly }: { runtimeOnly: boolean },
): Promise<Answer<Advisories>> {
  const words = ["audit", "--json", ...(runtimeOnly ? ["--omit=dev"] : []), ...limits];
  const answer = await askClient("npm", words, place);
  const parsed = jsonOf(answer.stdout);
  const refused = refusalIn(parsed);
  if (refused !== undefined) return { unanswered: refused };
  const known = advisories.safeParse(parsed);
  return known.success ? { value: known.data.vulnerabilities } : { unanswered: lastWords(answer) };
}

function refusalIn(parsed: unknown): string | undefined {
  const refused = refusal.safeParse(parsed);
  if (!refused.success) return undefined;
  const { message, error } = refused.data;
  const text = message ?? [error.code, error.summary].filter(Boolean).join(": ");
  // An address may hold a mirror's name and key, and belongs to the machine.
  return (text || "no answer").replaceAll(/https?:\/\/\S+/g, "the registry").slice(0, 160);
}

function jsonOf(text: string): unknown {
  try {
    return text.trim() === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
