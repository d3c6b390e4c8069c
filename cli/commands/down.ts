import { loadSetting } from "../../infra/settings-sources.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import type { Activity } from "../output/activity.ts";
import { defineCommand } from "../command-line/command.ts";
import { foreignVolumes } from "../stack/data-formats.ts";
import { readState } from "../pulumi/read-state.ts";
import { openSession } from "../stack/session.ts";
import { takeDown } from "../deploy/take-down.ts";
import { describeVolumes, listVolumes, removeVolumes } from "../stack/volumes.ts";
import { findOwner } from "../stack/find-owner.ts";
import { StackError } from "../../infra/stack-error.ts";

export const down = defineCommand({
  options: (parser) =>
    parser.option("remove-volumes", {
      type: "boolean",
      default: false,
      describe: "Delete the data too, after showing what it is",
    }),
  examples: [
    ["./stack down", "stop everything; the next up finds all data again"],
    ["./stack down --remove-volumes", "delete the data too, after the stack's name is typed"],
  ],
  changes: true,
  run: async (context, { removeVolumes: withVolumes }) => {
    const { root, stackName, environment, report, signal } = context;
    const { plain } = readStackSettings(root, stackName);
    const pulumiConfig = (name: string) => plain[name];
    const sources = { root, stackName, environment, pulumiConfig };
    const session = await openSession(context);
    const state = await readState(session.workspace, session.engine);
    const marks = {
      owner: await findOwner(session, state),
      stackName,
      // Alone, for a stack must go down whatever its other settings are.
      adoptedOwner: loadSetting("ADOPT_VOLUMES_OF", sources),
    };
    const volumes = withVolumes ? await listVolumes(session.docker, marks) : [];
    if (volumes.length > 0) {
      context.announce(`This deletes for good:\n${describeVolumes(volumes)}`);
      if (!(await context.confirmByName(stackName))) throw refusedError(stackName);
    }
    await takeDown(session, marks, state, { everything: withVolumes, report, signal });
    signal.throwIfAborted();
    await removeVolumes(session.docker, volumes);
    const project = loadSetting("STACK_PROJECT_NAME", sources);
    const foreign = withVolumes ? await foreignVolumes(session.docker, project, marks) : [];
    for (const { name, owner } of foreign) report(foreignActivity(name, owner));

    return {
      text: withVolumes
        ? `The stack ${stackName} was removed, and its data was deleted.`
        : `The stack ${stackName} is down. Its data stays; ./stack up finds it again.`,
      data: { removedVolumes: volumes.map(({ name }) => name) },
    };
  },
});

/** What is called the same and stays must not pass for deleted. */
function foreignActivity(subject: string, owner: string): Activity {
  const message = `stays: it belongs to another clone, of the owner ${owner}`;
  return { phase: "stack", subject, status: "warning", message };
}

function refusedError(stackName: string): StackError {
  return new StackError("Nothing was deleted.", {
    remedy: `Type the stack's name (${stackName}) when asked, or pass --yes.`,
  });
}
