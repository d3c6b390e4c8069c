import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { StackCommand } from "../cli/command-line/command-table.ts";
import { commands } from "../cli/commands/index.ts";
import { recognisers } from "../cli/diagnosis/known-causes.ts";
import { troubleshootingPage } from "../cli/diagnosis/troubleshooting-page.ts";
import { graphPage } from "../cli/graph/page.ts";
import { trackedGraph } from "../cli/graph/tracked-graph.ts";
import {
  depsExitCodeMeanings,
  depsExitCodes,
  exitCodeMeanings,
  exitCodeRows,
  exitCodes,
} from "../cli/os/exit-codes.ts";
import { buildParser } from "../cli/command-line/parser.ts";
import { renderConfigurationPage } from "../infra/settings/configuration-page.ts";
import { renderDotenvTemplate } from "../infra/settings/dotenv-file.ts";
import { withProjectConfig } from "../infra/settings/project-config.ts";

// Writes the files that derive from code; with --check, only says whether they are fresh.
const root = join(import.meta.dirname, "..");
const cliIntro = `# Commands

Generated from the commands' own help by \`npm run generate\`.

| exit code | means |
|---|---|
${tableOf(exitCodes, exitCodeMeanings)}

Ctrl-C, SIGTERM and SIGHUP end every command within a second, or it says what it is finishing: a step of
the engine, or the removal of what was half done. A second one ends it at once; the next command repairs
what that leaves.

\`deps check\` alone has its own codes, those of the original stack. A registry that does not answer
is said and changes no code.

| exit code | means |
|---|---|
${tableOf(depsExitCodes, depsExitCodeMeanings)}

With \`--json\` every line of standard output is one JSON object with \`schema: "agent-stack/1"\` and a
\`type\`: \`activity\` (phase, subject, status, message) while it works, then one \`result\` or one
\`error\` (message, remedy, details, exitCode). Progress for people goes to standard error.
`;
const graph = trackedGraph(root, "dev");
const generated: Readonly<Record<string, string>> = {
  ".env.template": renderDotenvTemplate(),
  "Pulumi.yaml": withProjectConfig(readFileSync(join(root, "Pulumi.yaml"), "utf8")),
  "docs/configuration.md": renderConfigurationPage(),
  "docs/cli.md": await renderCliPage(),
  "docs/troubleshooting.md": troubleshootingPage(recognisers),
  "docs/architecture/services.md": graphPage(graph),
};

const stale = Object.entries(generated).filter(([file, content]) => {
  const path = join(root, file);
  return !existsSync(path) || readFileSync(path, "utf8") !== content;
});
if (process.argv.includes("--check")) {
  for (const [file] of stale) console.error(`${file} is stale; run: npm run generate`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [file, content] of stale) writeFileSync(join(root, file), content);
  console.log(`${stale.length} of ${Object.keys(generated).length} files written.`);
}

/** docs/cli.md: the help of every command, as a user would see it. */
async function renderCliPage(): Promise<string> {
  const sections = await Promise.all(
    commands
      .flatMap((command) => leaves(command))
      .map(
        async (words) => `## ${words.join(" ")}\n\n${fenced(await helpOf([...words, "--help"]))}`,
      ),
  );
  return `${cliIntro}\n${fenced(await helpOf(["--help"]))}\n\n${sections.join("\n\n")}\n`;
}

/** The words of each command that runs; a group's own help would only repeat its members' names. */
function leaves({ name, members }: StackCommand): string[][] {
  return members
    ? members.flatMap((member) => leaves(member)).map((words) => [name, ...words])
    : [[name]];
}

async function helpOf(words: string[]): Promise<string> {
  const parser = buildParser(commands, () => undefined);
  return new Promise((resolve) => {
    void parser.parse(words, {}, (_error, _options, output) => {
      resolve(output.trimEnd());
    });
  });
}

function tableOf<Name extends string>(
  codes: Readonly<Record<Name, number>>,
  meanings: Readonly<Record<Name, string>>,
): string {
  return exitCodeRows(codes, meanings)
    .map(([code, means]) => `| ${code} | ${means} |`)
    .join("\n");
}

function fenced(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
