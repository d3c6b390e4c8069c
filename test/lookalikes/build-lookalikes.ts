import { createHash } from "node:crypto";
import { join } from "node:path";
import Docker from "dockerode";
import type { PlannedImage } from "../../infra/image-plan.ts";
import { type RegistryImageName, registryImages } from "../../infra/images/registry-images.ts";
import { desiredWith, testSources } from "../support/desired.ts";
import { runToEnd } from "../support/run-to-end.ts";
import { buildImage } from "./build-image.ts";

const root = join(import.meta.dirname, "../..");
const docker = new Docker();

/** What a look-alike is built from, besides its own folder and the part of an interpreter. */
interface Recipe {
  readonly folder: string;
  /** The image of ours whose packages it lays out in another way. */
  readonly service?: string;
}

const recipes: Readonly<Record<RegistryImageName, Recipe>> = {
  base: { folder: "debian" },
  postgres: { folder: "postgres", service: "postgres" },
  qdrant: { folder: "qdrant", service: "qdrant" },
  model: { folder: "model", service: "model" },
  phoenix: { folder: "phoenix", service: "phoenix" },
  searxng: { folder: "searxng", service: "searxng" },
  litellm: { folder: "litellm", service: "litellm" },
  "open-webui": { folder: "open-webui", service: "open-webui" },
};

/** The local name of each look-alike, by the name of the image that it stands in for. */
export type Lookalikes = Readonly<Record<RegistryImageName, string>>;

/**
 * Builds what is missing, parents first; with everything there it only asks Docker for the tags.
 *
 * @param report is told of each image that has to be built.
 */
export async function buildLookalikes(report: (line: string) => void): Promise<Lookalikes> {
  const images = desiredWith({ IMAGE_SOURCE: "build" }).images;
  const { base } = images;
  if (!("script" in base)) throw new Error("Images that are built here start from a script.");
  await unlessThere(base.tag, report, () => run("bash", [base.script, base.tag]));

  const ours = new Map<string, string>();
  const wanted = [...images.shared, ...[...images.services.values()].filter(isPlanned)];
  for (const image of wanted.filter(({ name }) => isNeeded(name))) {
    ours.set(image.name, image.tag);
    await unlessThere(image.tag, report, () => build(image));
  }

  const debian = await lookalike("base", { BASE: base.tag }, report);
  const python = await part("python", { DEBIAN: debian }, report);
  const built: Record<string, string> = { base: debian };
  for (const [name, { service }] of recipesOf()) {
    if (service === undefined) continue;
    const parents = { DEBIAN: debian, PYTHON: python, TOOLS: ours.get("tools") ?? "" };
    built[name] = await lookalike(name, { ...parents, BUILT: ours.get(service) ?? "" }, report);
  }
  return built as Lookalikes;
}

function isNeeded(name: string): boolean {
  return name === "python" || name === "tools" || recipesOf().some(([, r]) => r.service === name);
}

function recipesOf(): [RegistryImageName, Recipe][] {
  return Object.entries(recipes) as [RegistryImageName, Recipe][];
}

function isPlanned(image: object): image is PlannedImage {
  return "context" in image;
}

function lookalike(
  name: RegistryImageName,
  parents: Readonly<Record<string, string>>,
  report: (line: string) => void,
): Promise<string> {
  const { tag } = registryImages[name];
  const buildArgs = { ...parents, VERSION: versionIn(tag) };
  return buildHashed(recipes[name].folder, `agent-stack-lookalike/${name}`, tag, buildArgs, report);
}

function part(
  name: string,
  parents: Readonly<Record<string, string>>,
  report: (line: string) => void,
): Promise<string> {
  return buildHashed(name, "agent-stack-lookalike/part", name, parents, report);
}

/** Equal tags are equal images: the tag ends with a hash of all that goes in. */
async function buildHashed(
  folder: string,
  repository: string,
  version: string,
  buildArgs: Readonly<Record<string, string>>,
  report: (line: string) => void,
): Promise<string> {
  const context = `test/lookalikes/${folder}`;
  const contents = [testSources.hashContext(context), ...Object.entries(buildArgs).flat()];
  const hash = createHash("sha256").update(contents.join("\0")).digest("hex").slice(0, 12);
  const tag = `${repository}:${version}-${hash}`;
  const image = { name: folder, tag, context, dockerfile: "Dockerfile", buildArgs, needs: [] };
  await unlessThere(tag, report, () => build(image));
  return tag;
}

/** "v1.108.12" and "version-20.20.0-nonroot" name a version of a package; other tags stay whole. */
function versionIn(tag: string): string {
  return /^(?:v|version-)(\d+\.\d+\.\d+)(?:-|$)/.exec(tag)?.[1] ?? tag;
}

async function unlessThere(
  tag: string,
  report: (line: string) => void,
  make: () => Promise<void>,
): Promise<void> {
  const { exitCode } = await runToEnd("docker", ["image", "inspect", tag], { cwd: root });
  if (exitCode === 0) return;
  report(`${tag}: building`);
  const started = performance.now();
  await make();
  report(`${tag}: built in ${Math.round((performance.now() - started) / 1000)} s`);
}

function build(image: PlannedImage): Promise<void> {
  const index = process.env["PIP_INDEX_URL"];
  const mirror = index === undefined ? {} : { PIP_INDEX_URL: index };
  return buildImage(docker, root, { ...image, buildArgs: { ...image.buildArgs, ...mirror } });
}

async function run(program: string, words: readonly string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await runToEnd(program, words, { cwd: root });
  if (exitCode !== 0) throw new Error(`${program} ${words.join(" ")} failed:\n${stdout}${stderr}`);
}

if (process.argv[1] === import.meta.filename) {
  const built = await buildLookalikes((line) => {
    console.log(line);
  });
  for (const [name, tag] of Object.entries(built)) console.log(`${name}: ${tag}`);
}
