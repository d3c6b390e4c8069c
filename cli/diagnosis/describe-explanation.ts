import { colours as pc } from "../output/colours.ts";
import type { Dependency } from "./dependency-chain.ts";
import type { Explanation } from "./explain-service.ts";
import type { Symptoms } from "./symptoms.ts";

/** What `why` says: the finding first, then the known causes with their remedies, then the evidence. */
export function describeExplanation(explanation: Explanation): string {
  const { causes, symptoms, dependencies, waiting } = explanation;
  const paragraphs = [
    headline(explanation),
    ...causes.map(({ cause, remedy }) => `${pc.yellow("!")} ${cause}\n${pc.cyan("→")} ${remedy}`),
    ...(symptoms ? symptomParagraphs(symptoms, explanation.condition) : []),
    ...(dependencies.length > 0
      ? [`It needs:\n${dependencies.map(dependencyLine).join("\n")}`]
      : []),
    ...(waiting.length > 0 ? [`Needed by: ${waiting.join(", ")}`] : []),
  ];
  return paragraphs.join("\n\n");
}

/** The newest say it all. */
const shownChecks = 3;

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

/** Of a service that is not healthy, with the last of its health checks. */
function symptomParagraphs(
  { healthLog, lastLines, startError, service }: Symptoms,
  condition: string,
): string[] {
  const shown = condition === "healthy" ? [] : healthLog.slice(-shownChecks);
  const checks = shown.map(({ exitCode, output }) => `  exit ${exitCode}  ${oneLine(output)}`);
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
