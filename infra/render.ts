import { dirname, join } from "node:path";
import { declaredResources, sortedKeys } from "./declared-resources.ts";
import { desiredStack } from "./desired-stack.ts";
import {
  imageFacts,
  publishedFacts,
  type Rendering,
  renderingSchema,
  serviceFacts,
  settingFacts,
} from "./rendering.ts";
import { renderSettings } from "./render-settings.ts";
import { litellmVariables } from "./settings-sources.ts";
import { defaultStackName } from "./stack-name.ts";
import { contextFileHashes, repositorySources } from "./sources.ts";
import { readStackSettings } from "./stack-settings.ts";

// The entry that previews of other trees call: `node infra/render.ts STACK` prints what this tree
// wants of a stack, as JSON. It needs the tree and its packages; no Docker, no state, no secret.
const root = dirname(import.meta.dirname);
const stackName = process.argv[2] ?? defaultStackName;
const settings = renderSettings(readStackSettings(root, stackName), litellmVariables(root));
const desired = desiredStack(settings, stackName, repositorySources(root));
const rendering: Rendering = {
  schema: renderingSchema,
  services: serviceFacts(desired),
  images: imageFacts(desired, (context) => contextFileHashes(join(root, context))),
  settings: settingFacts(),
  published: publishedFacts(),
  resources: await declaredResources(desired, stackName),
};
process.stdout.write(`${JSON.stringify(sortedKeys(rendering), undefined, 2)}\n`);
