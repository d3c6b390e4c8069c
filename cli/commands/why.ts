import { commandHint } from "../../infra/command-hint.ts";
import { defineCommand } from "../command-line/command.ts";
import type { Dependency } from "../diagnosis/dependency-chain.ts";
import { type Explanation, explainService } from "../diagnosis/explain-service.ts";
import type { Symptoms } from "../diagnosis/symptoms.ts";
import { colours as pc } from "../output/colours.ts";
import { requireServices } from "../stack/running-stack.ts";
import { desiredOf, openSession } from "../stack/session.ts";

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
    const causes = explanation.causes.map(({ cause, remedy }) => ({
      cause,
      remedy: commandHint(remedy, context.stackName),
    }));
    return { text: render(explanation), data: { ...explanation, causes } };
  },
});

function render(explanation: Explanation): string {
  const { causes, symptoms, dependencies, waiting } = explanation;
  const paragraphs = [
    headline(explanation),
    ...causes.map(({ cause, remedy }) => `${pc.yellow("!")} ${cause}\n${pc.cyan("→")} ${remedy}`),
    ...(symptoms ? symptomParagraphs(symptoms) : []),
    ...(dependencies.length > 0
      ? [`It needs:\n${dependencies.map(dependencyLine).join("\n")}`]
      : []),
    ...(waiting.length > 0 ? [`Needed by: ${waiting.join(", ")}`] : []),
  ];
  return paragraphs.join("\n\n");
}

function headline({ service, condition, symptoms, keptAt, dependencies }: Explanation): string {
  const name = pc.bold(service);
  const known = symptoms
    ? ` Exit code ${symptoms.exitCode}, ${symptoms.restarts} restarts` +
      `${symptoms.outOfMemory ? ", out of memory" : ""}.`
    : "";
  const blocker = dependencies.find(({ healthy }) => !healthy);
  const ask = blocker ? `${blocker.service}: ./stack why ${blocker.service}` : "";
  if (condition === "healthy") {
    const lacks = blocker ? ` It works without what it needs of ${ask}` : "";
    return `${pc.green("✓")} ${name} is healthy.${known}${lacks}`;
  }
  const since = keptAt === undefined ? "" : ` What follows is of ${keptAt}, when it failed.`;
  const next = blocker ? ` It waits for ${ask}` : "";
  return `${pc.red("✗")} ${name} is ${condition}.${known}${since}${next}`;
}

function symptomParagraphs({ healthLog, lastLines, startError, service }: Symptoms): string[] {
  const checks = healthLog.map(({ exitCode, output }) => `  exit ${exitCode}  ${oneLine(output)}`);
  const lines = lastLines.map((line) => `  ${pc.dim(`${service} |`)} ${line}`);
  return [
    ...(startError === "" ? [] : [`Docker could not start it:\n  ${startError}`]),
    ...(checks.length > 0 ? [`Health checks, the newest last:\n${checks.join("\n")}`] : []),
    ...(lines.length > 0 ? [`Last lines of its log:\n${lines.join("\n")}`] : []),
  ];
}

function dependencyLine({ service, healthy, condition, neededBy }: Dependency): string {
  const mark = healthy ? pc.green("✓") : pc.red("✗");
  return `  ${mark} ${service}  ${condition}  ${pc.dim(`needed by ${neededBy.join(", ")}`)}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").slice(0, 160);
}
