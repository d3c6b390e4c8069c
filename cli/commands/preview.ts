import { colours as pc } from "../output/colours.ts";
import { StackError } from "../../infra/stack-error.ts";
import { defineCommand } from "../command.ts";
import { isHealthy } from "../containers/container-state.ts";
import { openDeployment, readState } from "../deployment.ts";
import { exitCodes } from "../exit-codes.ts";
import { type Change, describeChanges } from "../preview-changes.ts";
import { previewSteps } from "../preview-steps.ts";
import { inspectWorld, type World } from "../reconcile.ts";
import { currentSettings, desiredOf, openSession } from "../session.ts";
import { outputsOf } from "../stack-state.ts";
import { keepingSettingsTidy } from "../stack-settings-file.ts";

export const preview = defineCommand({
  usage: "preview",
  describe: "Show what up would change, and what that costs; changes nothing",
  options: (parser) =>
    parser.option("expect-no-changes", {
      type: "boolean",
      default: false,
      describe: "Exit 2 when anything would change",
    }),
  examples: [["./stack preview --json", "the changes as one JSON object"]],
  run: async ({ expectNoChanges }, context) => {
    const { root, stackName } = context;
    const session = await openSession(context);
    const desired = desiredOf(context, await currentSettings(context, session.engine));
    const changes = await keepingSettingsTidy(root, stackName, async () => {
      const state = await readState(session.workspace, session.engine);
      const world = await inspectWorld(session.docker, desired.identity, state);
      const deployment = await openDeployment(session.workspace, session.engine, desired);
      const steps = await previewSteps(deployment);
      const outputs = outputsOf(state);
      const applied = outputs === undefined ? [] : Object.keys(outputs.containers);
      const gone = notServing(world, applied);
      return describeChanges(steps, outputs?.applied, desired.record, gone);
    });
    context.endProgress();
    context.print(render(changes));
    context.result({ command: "preview", changes });
    if (expectNoChanges && changes.length > 0) {
      throw new StackError(`${changes.length} changes, where none was expected.`, {
        details: changes.map(({ action, subject }) => `${action} ${subject}`),
        remedy: "Run ./stack up to apply them.",
        exitCode: exitCodes.changes,
      });
    }
    return exitCodes.done;
  },
});

/** Applied services that `up` would have to repair, and what is wrong with each. */
function notServing(world: World, services: readonly string[]): Map<string, string> {
  const found = services.flatMap((service): [string, string][] => {
    const container = world.containers.find((candidate) => candidate.service === service);
    if (!container) return [[service, "missing"]];
    if (!container.running) return [[service, `stopped (exit ${container.exitCode})`]];
    const fine = isHealthy(container) || container.health === "starting";
    return fine ? [] : [[service, container.health]];
  });
  return new Map(found);
}

const marks = {
  create: pc.green("+"),
  update: pc.yellow("~"),
  replace: pc.yellow("±"),
  remove: pc.red("-"),
};

function render(changes: readonly Change[]): string {
  if (changes.length === 0) return "No changes: the stack is as it should be.";
  return changes
    .map(({ subject, action, reasons, risk }) => {
      const why = reasons.length > 0 ? `: ${reasons.join("; ")}` : "";
      return `${marks[action]} ${action} ${pc.bold(subject)}${why}\n    ${pc.dim(risk)}`;
    })
    .join("\n");
}
