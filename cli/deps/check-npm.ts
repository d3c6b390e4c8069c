import type { ClientPlace } from "./ask-client.ts";
import type { Dependency, Scope } from "./dependency.ts";
import { heldBack } from "./held-back.ts";
import { askOutdated, askVersions, type OutdatedEntry } from "./npm-client.ts";
import { compareVersions, newestInLine } from "../os/version-order.ts";

/** The packages that both package.json pin; those that carry Node are the toolchain's. */
export async function checkNpm(place: ClientPlace): Promise<Dependency[]> {
  const answer = await askOutdated(place);
  if ("unanswered" in answer) {
    const todo = `npm's registry did not answer: ${answer.unanswered}`;
    const common = { area: "npm", where: "package.json", pinned: "", scope: "runtime" } as const;
    return [{ ...common, name: "every package", state: "unanswered", todo }];
  }
  const rows: Dependency[] = [];
  for (const entry of answer.value) {
    if (entry.name.startsWith("@agent-stack/") || entry.type === "optionalDependencies") continue;
    const row = await rowOf(entry, place);
    if (row) rows.push(row);
  }
  return rows;
}

async function rowOf(entry: OutdatedEntry, place: ClientPlace): Promise<Dependency | undefined> {
  const { name, wanted: pinned, latest, dependedByLocation: folder } = entry;
  // A registry may be behind what was pinned; nothing is downgraded.
  if (!pinned || !latest || compareVersions(pinned, latest) >= 0) return undefined;
  const scope: Scope = entry.type === "devDependencies" ? "dev" : "runtime";
  const where = folder === "" ? "package.json" : `${folder}/package.json`;
  const common = { area: "npm", name, where, pinned, scope } as const;
  const hold = heldBack[name];
  if (hold === undefined) {
    const todo = `${caution(pinned, latest)}${installing(name, latest, folder, scope)}`;
    return { ...common, newest: latest, state: "behind", todo };
  }
  const versions = await askVersions(name, place);
  const inLine = "value" in versions ? newestInLine(pinned, versions.value, hold.parts) : undefined;
  if (inLine !== undefined && compareVersions(pinned, inLine) < 0) {
    return {
      ...common,
      newest: inLine,
      state: "behind",
      todo: installing(name, inLine, folder, scope),
    };
  }
  return { ...common, newest: latest, state: "held", todo: `Stays: ${hold.because}.` };
}

function caution(pinned: string, latest: string): string {
  const sameMajor = pinned.split(".")[0] === latest.split(".")[0];
  return sameMajor ? "" : "Another major: read what it breaks. ";
}

function installing(name: string, version: string, folder: string, scope: Scope): string {
  const workspace = folder === "" ? "" : ` --workspace ${folder}`;
  const dev = scope === "dev" ? " --save-dev" : "";
  return `npm install --save-exact${dev}${workspace} ${name}@${version}, then npm run check && npm test`;
}
