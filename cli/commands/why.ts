import { commandHint } from "../../infra/command-hint.ts";
import { defineCommand } from "../command-line/command.ts";
import { describeExplanation } from "../diagnosis/describe-explanation.ts";
import { explainService } from "../diagnosis/explain-service.ts";
import { requireServices } from "../stack/running-stack.ts";
import { desiredOf } from "../stack/desired-of.ts";
import { openSession } from "../stack/session.ts";

export const why = defineCommand({
  options: (parser) =>
    parser
      .positional("service", { type: "string", demandOption: true, describe: "The service" })
      .option("tail", { alias: "t", type: "number", default: 15, describe: "Lines of its log" }),
  examples: [["./stack why litellm", "why it is unhealthy, and how to fix it"]],
  run: async (context, { service, tail }) => {
    const session = await openSession(context);
    const desired = desiredOf(context, await session.settings());
    requireServices(
      [service],
      desired.specs.map(({ name }) => name),
    );
    const explanation = await explainService(session, desired, service, tail);
    const causes = explanation.causes.map(({ id, cause, remedy }) => ({
      id,
      cause,
      remedy: commandHint(remedy, context.stackName),
    }));
    return { text: describeExplanation(explanation), data: { ...explanation, causes } };
  },
});
