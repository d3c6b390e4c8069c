import { join } from "node:path";
import { writeFileAtomically } from "../../atomic-file.ts";
import { registryImages } from "../../../infra/images/registry-images.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { defineCommand } from "../../command.ts";
import { dockerClient } from "../../containers/docker-client.ts";
import { remoteDigest } from "../../containers/registry.ts";
import { requireDockerHost } from "../../docker-host/find-docker-host.ts";
import { exitCodes } from "../../exit-codes.ts";
import { lockImages } from "../../lock-images.ts";
import { table } from "../../output/table.ts";

const file = "infra/images/registry-images.json";

export const lock = defineCommand({
  usage: "lock",
  describe: "Write down the digest behind each published image's tag",
  examples: [["./stack images lock", `ask the registries and update ${file}`]],
  run: async (_, context) => {
    const { root, environment, report } = context;
    const docker = dockerClient(await requireDockerHost({ environment }));
    const { images, changed, failed } = await lockImages(registryImages, async (name) => {
      report({
        phase: "images",
        subject: name,
        status: "running",
        message: "asking for its digest",
      });
      return remoteDigest(docker, name);
    });
    context.endProgress();
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
    context.print(
      changed.length === 0
        ? "Every digest is the one that stands there already."
        : table(changed.map(({ name, digest }) => [name, digest])),
    );
    context.result({ command: "images lock", changed });
    return exitCodes.done;
  },
});
