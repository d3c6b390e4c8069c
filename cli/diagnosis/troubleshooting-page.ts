import type { Recogniser } from "./recogniser.ts";

const intro = `# Troubleshooting

Generated from the causes that \`./stack why\` knows by \`npm run generate\`; each was met on a real stack or is
a message of a part in use, and is verified by a test.

| question | command |
|---|---|
| which service is not well? | \`./stack status\`, \`./stack health\` |
| why is it as it is? | \`./stack why SERVICE\`: what is below, found by itself |
| what did it say? | \`./stack logs SERVICE --tail 200\` |
| is it the machine or the clone? | \`./stack doctor\`; \`--fix\` fixes what is safe to fix |
| was something changed by hand? | \`./stack drift\`; \`--fix\` reverts it |
| did it work before? | \`./stack rollback\` brings that back; the data stays |

A failed \`./stack up\` names the cause and the remedy by itself, and keeps what the container left in
\`.stack/failures/\`, without secrets. Running \`./stack up\` again is always safe.

Where Pulumi's tools can't be downloaded, behind a proxy for example, see
[operations.md](operations.md#pulumis-tools-behind-a-proxy-from-a-mirror-or-without-internet).

## What a service shows, and how to fix it
`;

/** docs/troubleshooting.md: every known cause in the words of `why`. */
export function troubleshootingPage(recognisers: readonly Recogniser[]): string {
  const sections = recognisers.map(({ id, seen, placeholder = "", cause, remedy }) =>
    [
      `### ${id}`,
      "",
      `- **seen:** ${seen}`,
      `- **cause:** ${cause(placeholder)}`,
      `- **remedy:** ${remedy(placeholder, "SERVICE")}`,
    ].join("\n"),
  );
  return `${intro}\n${sections.join("\n\n")}\n`;
}
