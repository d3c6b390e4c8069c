import { bringUp } from "../bring-up.ts";
import { defineCommand } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { followLogs } from "../follow-logs.ts";
import { describeAddresses } from "../output/addresses.ts";
import { desiredOf, prepareSession, prepareSettings } from "../session.ts";
import { lockStack } from "../stack-lock.ts";
import { keepingSettingsTidy } from "../stack-settings-file.ts";
import { verifyUnchanged } from "../verify.ts";
import { workspaceOf } from "../workspace.ts";

export const up = defineCommand({
  usage: "up",
  describe: "Bring the whole stack up, healthy; safe to repeat",
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
      .option("detach", {
        type: "boolean",
        default: true,
        describe: "Return when all is healthy; --no-detach follows the logs",
      }),
  examples: [
    ["./stack up", "start or update the stack, and print its addresses"],
    ["./stack up --yes --json", "the same from a script: no question, NDJSON"],
  ],
  run: async ({ build, verify, detach }, context) => {
    const { root, stackName, report, signal } = context;
    const started = Date.now();
    const unlock = lockStack(workspaceOf(root, stackName), "up");
    try {
      const session = await prepareSession(context);
      const settings = await prepareSettings(context, session);
      const desired = desiredOf(context, settings);
      const outcome = await keepingSettingsTidy(root, stackName, async () => {
        const result = await bringUp(session, desired, { build, report, signal });
        if (verify) await verifyUnchanged(session, desired);
        return result;
      });
      context.endProgress();
      const seconds = (Date.now() - started) / 1000;
      context.print(describeAddresses(desired, outcome, seconds));
      context.result({
        command: "up",
        outcome,
        seconds,
        addresses: desired.addresses,
        services: desired.specs.map(({ name }) => name),
      });
      if (!detach) {
        unlock();
        await followLogs(session.docker, desired.identity, [], { tail: 10, signal }, context.print);
      }
      return exitCodes.done;
    } finally {
      unlock();
    }
  },
});
