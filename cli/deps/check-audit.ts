import type { ClientPlace } from "./ask-client.ts";
import type { Dependency, Scope } from "./dependency.ts";
import { type Advisories, askAudit } from "./npm-client.ts";

/** The advisories that npm's registry has for what the lockfile installs. */
export async function checkAudit(place: ClientPlace): Promise<Dependency[]> {
  const everything = await askAudit(place, { runtimeOnly: false });
  if ("unanswered" in everything) return [unanswered(everything.unanswered)];
  if (Object.keys(everything.value).length === 0) return [];
  const runtime = await askAudit(place, { runtimeOnly: true });
  if ("unanswered" in runtime) return [unanswered(runtime.unanswered)];
  return Object.entries(everything.value).map(([name, advisory]) =>
    rowOf(name, advisory, name in runtime.value ? "runtime" : "dev"),
  );
}

function rowOf(name: string, advisory: Advisories[string], scope: Scope): Dependency {
  const { severity, range, fixAvailable } = advisory;
  const fix =
    typeof fixAvailable === "object"
      ? `npm install --save-exact ${fixAvailable.name}@${fixAvailable.version}`
      : fixAvailable
        ? "npm audit fix --ignore-scripts"
        : "No fix is published: see whether the code reaches it (npm audit), or replace it";
  const todo = `${severity}. ${fix}`;
  return {
    ...{ area: "audit", where: "package-lock.json", state: "vulnerable" },
    ...{ name, pinned: range, scope, todo },
  };
}

function unanswered(why: string): Dependency {
  return {
    ...{ area: "audit", name: "advisories", where: "package-lock.json", pinned: "" },
    ...{ state: "unanswered", scope: "runtime", todo: `npm's registry gave no advisories: ${why}` },
  };
}
