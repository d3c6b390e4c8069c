import { join } from "node:path";
import { writeFileAtomically } from "../../os/write-file-atomically.ts";
import { registryImages } from "../../../infra/images/registry-images.ts";
import {
  imageLocation,
  mirroredReference,
  parseMirrors,
  type RegistryMirrors,
} from "../../../infra/images/registry-mirror.ts";
import { loadSetting } from "../../../infra/settings-sources.ts";
import { readStackSettings } from "../../../infra/stack-settings.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { type CommandContext, defineCommand } from "../../command-line/command.ts";
import { dockerClient } from "../../docker/docker-client.ts";
import { remoteDigest } from "../../docker/remote-digest.ts";
import { requireDockerHost } from "../../docker/host/find-docker-host.ts";
import { loginFor } from "../../docker/images/registry-credentials.ts";
import { lockImages } from "../../deploy/lock-images.ts";
import { table } from "../../output/table.ts";

const file = "infra/images/registry-images.json";

export const lock = defineCommand({
  examples: [
    ["./stack images lock", `ask the registries and update ${file}`],
    ["IMAGE_REGISTRY_MIRROR=registry.example.com ./stack images lock", "the same through a mirror"],
  ],
  run: async (context) => {
    const { root, environment, report, signal } = context;
    const mirrors = mirrorsOf(context);
    const docker = dockerClient(await requireDockerHost({ environment }));
    const { images, changed, failed } = await lockImages(registryImages, async (name) => {
      report({
        phase: "images",
        subject: name,
        status: "running",
        message: "asking for its digest",
      });
      const reference = mirroredReference(name, mirrors);
      const { credentials } = await loginFor(imageLocation(reference).registry, environment);
      const digest = await remoteDigest(docker, reference, { credentials, signal });
      report({ phase: "images", subject: name, status: "done", message: digest });
      return digest;
    });
    // All or nothing: a half-locked list would look like a locked one.
    if (failed.length > 0) {
      throw new StackError(
        ["These images could not be looked up:", ...failed.map((each) => `  ${each}`)].join("\n"),
        {
          remedy: `Nothing was changed. Check the tags in ${file} and the network, and try again.`,
        },
      );
    }
    if (changed.length > 0) {
      writeFileAtomically(join(root, file), `${JSON.stringify(images, null, 2)}\n`, 0o644);
    }
    return {
      text:
        changed.length === 0
          ? "Every digest is the one that is there already."
          : table(changed.map(({ name, digest }) => [name, digest])),
      data: { changed },
    };
  },
});

/** As the stack has it; a clone that never had one has no other setting yet. */
function mirrorsOf({ root, stackName, environment }: CommandContext): RegistryMirrors {
  const { plain } = readStackSettings(root, stackName);
  const text = loadSetting("IMAGE_REGISTRY_MIRROR", {
    ...{ root, stackName, environment },
    pulumiConfig: (name) => plain[name],
  });
  return parseMirrors(text) ?? new Map<string, string>();
}
