import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { imageName, type PlannedImage } from "../../infra/image-plan.ts";
import { desiredWith, testSources } from "./desired.ts";

const root = join(import.meta.dirname, "../..");
const folder = "infra/services/model/weights";

/**
 * The image that fetches a model's weights, on the base that is made without any image registry.
 *
 * @returns its tag, which is none of a stack's: theirs is built on a published base.
 */
export function weightsImage(): string {
  const { base, shared } = desiredWith().images;
  if ("script" in base) run("bash", base.script, base.tag);
  const [runtime] = shared;
  if (!runtime) throw new Error("there is no runtime image");
  if (!isThere(runtime.tag)) build(runtime, runtime.tag);
  const hash = createHash("sha256")
    .update(`${testSources.hashContext(folder)} ${imageName(runtime)}`)
    .digest("hex");
  const tag = `agent-stack-test/model-weights:${hash.slice(0, 16)}`;
  const weights = {
    context: folder,
    dockerfile: "Dockerfile",
    buildArgs: { RUNTIME: runtime.tag },
  };
  if (!isThere(tag)) build(weights, tag);
  return tag;
}

function build(
  image: Pick<PlannedImage, "context" | "dockerfile" | "target" | "buildArgs">,
  tag: string,
): void {
  const { context, dockerfile, target, buildArgs } = image;
  run(
    ...["docker", "build", "--quiet", "--tag", tag, "--file", join(context, dockerfile)],
    ...(target ? ["--target", target] : []),
    ...Object.entries(buildArgs).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]),
    context,
  );
}

function isThere(tag: string): boolean {
  try {
    run("docker", "image", "inspect", tag);
    return true;
  } catch {
    return false;
  }
}

function run(program: string, ...words: string[]): void {
  execFileSync(program, words, { cwd: root, stdio: "pipe" });
}
