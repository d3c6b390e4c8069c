import { desiredStack } from "../../infra/desired-stack.ts";
import { renderSettings } from "../../infra/render-settings.ts";
import { repositorySources } from "../../infra/sources.ts";
import { StackError } from "../../infra/stack-error.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import type { CommandContext } from "../command-line/command.ts";
import { openDeployment } from "../pulumi/deployment.ts";
import { readState } from "../pulumi/read-state.ts";
import { engineSteps } from "../preview/engine-steps.ts";
import { readEnvFile } from "../stack/env-file.ts";
import { inspectWorld } from "../stack/divergence.ts";
import { requireSameEngine } from "../stack/same-engine.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";

/**
 * Makes sure that the work tree's program is one that `up` would take: it renders, and where the
 * stack has a state the engine previews it.
 *
 * @throws StackError with what is wrong.
 */
export async function validateProgram(context: CommandContext): Promise<void> {
  const { root, stackName, report, signal } = context;
  const subject = "program";
  report({ phase: "prepare", subject, status: "running", message: "rendering" });
  if (!readEnvFile(root, stackName).exists) {
    // A clone that was never up has no secrets and no state: stand-ins show whether it renders.
    const settings = renderSettings(readStackSettings(root, stackName));
    desiredStack(settings, stackName, repositorySources(root));
    report({ phase: "prepare", subject, status: "done", message: "renders; not previewed" });
    return;
  }
  const session = await openSession(context);
  const desired = desiredOf(context, await session.settings());
  const state = await readState(session.workspace, session.engine);
  if (state.resources.length > 0) {
    report({ phase: "prepare", subject, status: "running", message: "previewing" });
    try {
      const world = await inspectWorld(session.docker, desired.identity, state);
      await requireSameEngine(session, state, world, desired.identity);
      await engineSteps(await openDeployment(session.workspace, session.engine, desired), signal);
    } catch (error) {
      if (error instanceof StackError || signal.aborted) throw error;
      throw new StackError("The program could not be previewed.", {
        details: [error instanceof Error ? error.message : String(error)],
        remedy: "Run ./stack preview --debug, fix what it shows, and save again.",
        cause: error,
      });
    }
  }
  report({ phase: "prepare", subject, status: "done", message: "valid" });
}
