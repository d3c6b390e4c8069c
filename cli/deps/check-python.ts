import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { askClient, type ClientPlace, lastWords } from "./ask-client.ts";
import type { Dependency } from "./dependency.ts";
import { mapFew } from "../os/map-few.ts";
import type { Answer } from "./npm-client.ts";
import { type PythonPin, pythonPins } from "./python-pins.ts";
import { compareVersions } from "../os/version-order.ts";

/**
 * The packages that each image's requirements.in names. What these need in turn moves with them, when
 * the lock is made again.
 */
export async function checkPython(place: ClientPlace): Promise<Dependency[]> {
  const all = pinsOfTree(place.root);
  const names = [...new Set(all.map(({ name }) => name))];
  const versions = new Map(
    await mapFew(3, names, async (name): Promise<[string, Answer<string[]>]> => [
      name,
      await askPythonVersions(name, place),
    ]),
  );
  return all.map((pin) => rowOf(pin, versions.get(pin.name)));
}

function pinsOfTree(root: string): PythonPin[] {
  const services = readdirSync(join(root, "infra/services"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `infra/services/${name}`);
  return [...services, "agent"]
    .filter((folder) => existsSync(join(root, folder, "requirements.in")))
    .flatMap((folder) => {
      const text = (file: string) => readFileSync(join(root, folder, file), "utf8");
      return pythonPins(folder, text("requirements.in"), text("requirements.txt"));
    });
}

/** The releases on Python's index that the Python here could install, the newest first. */
export async function askPythonVersions(
  name: string,
  place: ClientPlace,
): Promise<Answer<string[]>> {
  const limits = ["--retries", "0", "--timeout", "15", "--disable-pip-version-check"];
  const answer = await askClient(
    "python3",
    ["-m", "pip", "index", "versions", ...limits, name],
    place,
  );
  const versions = /^Available versions: (.+)$/m.exec(answer.stdout)?.[1]?.split(", ") ?? [];
  return answer.exitCode === 0 && versions.length > 0
    ? { value: versions }
    : { unanswered: lastWords({ ...answer, stdout: "" }) };
}

function rowOf({ name, locked, wanted, folder }: PythonPin, answer: Answer<string[]> | undefined) {
  const where = `${folder}/requirements.in`;
  const common = { area: "python", name, where, pinned: wanted, scope: "runtime" } as const;
  if (locked !== wanted) {
    const todo = `${folder}/requirements.txt locks ${locked ?? "none"}: npm run lock:python -- ${folder}`;
    return { ...common, newest: wanted, pinned: locked ?? "none", state: "behind", todo } as const;
  }
  if (!answer || "unanswered" in answer) {
    const todo = `Python's index did not answer: ${answer?.unanswered ?? ""}`;
    return { ...common, state: "unanswered", todo } as const;
  }
  const [newest = wanted] = answer.value;
  if (compareVersions(wanted, newest) >= 0) {
    return { ...common, newest, state: "current", todo: "" } as const;
  }
  const todo = `Write ${name}==${newest} into ${where}, then npm run lock:python -- ${folder}, ./stack up and npm run test:system`;
  return { ...common, newest, state: "behind", todo } as const;
}
