import { resolve } from "node:path";
import { renderCompose, withSecretsNamed } from "../../../infra/render-compose.ts";
import { startOrder } from "../../../infra/start-order.ts";
import { enabledServices } from "../../../infra/services/index.ts";
import { dotenvFileName } from "../../../infra/stack-name.ts";
import { repositorySources } from "../../../infra/sources.ts";
import { writeFileAtomically } from "../../os/write-file-atomically.ts";
import { defineCommand } from "../../command-line/command.ts";
import { desiredOf } from "../../stack/desired-of.ts";
import { openSession } from "../../stack/session.ts";

export const compose = defineCommand({
  options: (parser) =>
    parser.option("output", {
      alias: "o",
      type: "string",
      describe: "The file to write (standard output, when none is named)",
    }),
  examples: [
    ["./stack export compose -o compose.yaml", "then docker compose --env-file .env up --wait"],
  ],
  run: async (context, { output }) => {
    const { root, stackName } = context;
    const session = await openSession(context);
    const parsed = await session.settings();
    const { identity, images } = desiredOf(context, parsed);
    const { readText } = repositorySources(root);
    const settings = withSecretsNamed(parsed.settings);
    const specs = startOrder(enabledServices(settings, readText));
    const text = renderCompose(identity, specs, images, dotenvFileName(stackName));
    if (output === undefined) return { document: text, data: { text } };
    writeFileAtomically(resolve(root, output), text, 0o644);
    return { text: `Written: ${output}`, data: { file: output } };
  },
});
