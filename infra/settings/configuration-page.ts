import { definitions, type SettingName } from "./definitions.ts";
import { settingNames } from "./parse.ts";
import { pulumiName } from "./pulumi-name.ts";

/** docs/configuration.md, from the settings table. */
export function renderConfigurationPage(): string {
  const groups = [...new Set(settingNames.map((name) => definitions[name].group))];
  const sections = groups.map((group) => {
    const rows = settingNames.filter((name) => definitions[name].group === group).map(renderRow);
    return [
      `## ${group}`,
      "",
      "| setting | default | accepts | what it does |",
      "|---|---|---|---|",
      ...rows,
    ].join("\n");
  });
  return `${intro}\n\n${sections.join("\n\n")}\n`;
}

function renderRow(name: SettingName): string {
  const { fallback, accepts, description, secret } = definitions[name];
  const generated = "generatedBytes" in definitions[name];
  const shown = generated ? "generated" : fallback === "" ? "empty" : `\`${fallback ?? ""}\``;
  const mark = secret ? " (secret)" : "";
  return `| \`${name}\`${mark} | ${shown} | ${accepts.replaceAll("|", "\\|")} | ${description} |`;
}

const intro = `# Configuration

Generated from \`infra/settings/definitions.ts\` by \`npm run generate\`.

A setting is taken from the first of these that has it:

1. the environment of the process;
2. the stack's file: \`.env\` for the stack \`dev\`, \`.env.NAME\` for a stack called NAME;
3. Pulumi's configuration of the stack: \`./stack pulumi config set ${pulumiName("AGENT_PORT")} 8001\`,
   with \`--secret\` for a secret (the name is the setting's in camel case);
4. the default.

\`./stack up\` and a bare \`pulumi up\` read the same sources. The first \`up\` writes the stack's file from
\`.env.template\` with mode 0600 and generates its secrets; later ones only add what is missing. A value
that is empty counts as not set. A value that hides another is warned about, and so is a name in the
file that no setting has; in Pulumi's configuration such a name is an error.

\`Pulumi.yaml\` declares every setting for Pulumi, with the same defaults: \`pulumi config\` lists them, and Pulumi
itself refuses a word where a number belongs. A default there is no more than the default here, so it is
weaker than all the rest. Pulumi encrypts a secret only with \`--secret\`.

\`./stack config\` shows what was set and where; \`--all\` adds the defaults. Settings that contradict each other, such as a tool's time that is longer than
its run's, are refused before anything starts, with what to change.`;
