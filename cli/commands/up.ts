import type { DesiredStack } from "../../infra/desired-stack.ts";
import { StackError } from "../../infra/stack-error.ts";
import type { Activity } from "../output/activity.ts";
import { bringUp } from "../deploy/bring-up.ts";
import { defineCommand } from "../command-line/command.ts";
import { beginUp } from "../history/history-files.ts";
import { describeAddresses } from "../stack/describe-addresses.ts";
import type { PortMove } from "../ports/move-ports.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { prepareSettings } from "../stack/prepare-settings.ts";
import { prepareSession, type Session } from "../stack/session.ts";
import { workspaceOf } from "../os/workspace.ts";

export const up = defineCommand({
  options: (parser) =>
    parser
      .option("build", {
        type: "boolean",
        default: false,
        describe: "Build every image again (unchanged layers come from the cache)",
      })
      .option("verify", {
        type: "boolean",
        default: false,
        describe: "Preview afterwards, and fail on anything but no change",
      })
      .option("auto-ports", {
        type: "boolean",
        describe: "Move services whose port is taken to free ones, and remember them",
      })
      .option("check-litellm", {
        type: "boolean",
        default: false,
        describe: "Ask the model one question through LiteLLM, and fail when it can't answer",
      })
      .option("bind-mounts", {
        type: "boolean",
        default: false,
        describe: "Run the agent from this clone's own source, and reload it on change",
      })
      .option("detach", {
        type: "boolean",
        default: true,
        describe: "Return when all is healthy; --no-detach follows the logs",
      }),
  examples: [
    ["./stack up", "start or update the stack, and print its addresses"],
    ["./stack up --yes --json", "the same from a script: no question, NDJSON"],
    ["./stack up --stack two --auto-ports", "a second stack beside the first"],
    ["./stack up --bind-mounts", "work on the agent; the next up without it reverts to the image"],
  ],
  changes: true,
  run: async (context, { build, verify, detach, autoPorts, checkLitellm, bindMounts }) => {
    const { root, stackName, report, signal } = context;
    const started = Date.now();
    const endUp = beginUp(workspaceOf(root, stackName));
    const session = await prepareSession(context);
    if (bindMounts) requireOwnMachine(session);
    const { parsed: settings, ...prepared } = await prepareSettings(context, session);
    const { warnOfModels } = await import("../stack/warn-of-models.ts");
    warnOfModels(context, settings.settings);
    const moves: PortMove[] = [];
    let current = settings;
    // Rendering reads every file of every image: twice only where ports may move in between.
    const movedAway = async (lost: readonly number[]) => {
      const { planMoves, rememberMoves } = await import("../ports/move-ports.ts");
      const planned = desiredOf(context, current, { bindMounts });
      const moved = await planMoves(session, planned, current, lost);
      if (moved.length === 0) return planned;
      rememberMoves(session, moved);
      for (const move of moved) report(activityOf(move));
      moves.push(...moved);
      current = await prepared.readAgain();
      return desiredOf(context, current, { bindMounts });
    };
    const attempt = async (desired: DesiredStack) => {
      const { imagesAreHere } = prepared;
      const outcome = await bringUp(session, desired, { build, report, signal, imagesAreHere });
      if (verify) {
        const { verifyUnchanged } = await import("../deploy/verify-unchanged.ts");
        await verifyUnchanged(session, desired, signal);
      }
      return { desired, outcome };
    };
    const attemptOnFreePorts = async (lost?: readonly number[]) => {
      const { onFreePorts } = await import("../ports/on-free-ports.ts");
      return onFreePorts(movedAway, attempt, lost);
    };
    const attemptOrOffer = async () => {
      const planned = desiredOf(context, current, { bindMounts });
      try {
        return await attempt(planned);
      } catch (error) {
        const { PortTakenError } = await import("../ports/port-plan.ts");
        if (!(error instanceof PortTakenError)) throw error;
        const [{ planMoves }, { offerMoves }] = await Promise.all([
          import("../ports/move-ports.ts"),
          import("../ports/offer-moves.ts"),
        ]);
        const plan = () => planMoves(session, planned, current, error.ports);
        if (!(await offerMoves(context, plan))) throw error;
        return attemptOnFreePorts(error.ports);
      }
    };
    // Loaded when they are asked for, as all that few runs of up need.
    const askModel = async (desired: DesiredStack) => {
      const { checkCompletion } = await import("../agent/check-completion.ts");
      return checkCompletion(desired, current.settings, session.machine, context);
    };
    const { desired, outcome } = await (autoPorts ? attemptOnFreePorts() : attemptOrOffer());
    const answer = checkLitellm ? await askModel(desired) : undefined;
    endUp();
    const seconds = (Date.now() - started) / 1000;
    const { WEBUI_ADMIN_EMAIL: email } = current.settings;
    const follow = async () => {
      const { followLogs } = await import("../docker/follow-logs.ts");
      await context.stream((write) =>
        followLogs(session.docker, desired.identity, [], { tail: 10, signal }, (line) => {
          write(line);
        }),
      );
    };
    return {
      text: describeAddresses(desired, outcome, seconds, session.machine, email),
      data: {
        outcome,
        seconds,
        addresses: desired.addresses,
        ...(session.machine.name !== undefined && { machine: session.machine.name }),
        services: desired.specs.map(({ name }) => name),
        movedPorts: moves,
        ...(answer && { litellm: answer }),
      },
      ...(!detach && { after: follow }),
    };
  },
});

/** A folder of this machine is none of the one whose engine would mount it. */
function requireOwnMachine({ machine }: Session): void {
  if (machine.name === undefined) return;
  throw new StackError(`The agent's source is here, and the engine is on ${machine.name}.`, {
    remedy: `Run ./stack up without --bind-mounts, or in a clone on ${machine.name}.`,
  });
}

function activityOf({ service, from, to, because }: PortMove): Activity {
  const message = `port ${from} -> ${to}: ${because}`;
  return { phase: "prepare", subject: service, status: "done", message };
}
