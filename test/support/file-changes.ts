/** A change of one of the project's files; `file` is its path from the root. */
export interface FileChange {
  readonly file: string;
  readonly change: (text: string) => string;
}

const replacing = (file: string, text: string, by: string): FileChange => ({
  file,
  change: (whole) => whole.replace(text, by),
});

const embeddings = "infra/services/embeddings/service.ts";
const itsCheck = "probe(endpoints.embeddings, { startPeriodSeconds: 90 })";

/**
 * Changes that rest on how a file is written. Most are for tests that take too long for `npm test`; a unit
 * test says that each still finds what it replaces.
 */
export const fileChanges = {
  moreMemory: replacing(
    "infra/services/searxng/service.ts",
    "memoryMegabytes: 512",
    "memoryMegabytes: 640",
  ),
  tooLittleMemory: {
    file: "infra/services/model/service.ts",
    change: (text) => text.replace(/memoryMegabytes: \d+/, "memoryMegabytes: 48"),
  },
  missingModule: replacing(
    "infra/services/litellm/config.yaml",
    "general_settings:",
    "general_settings:\n  custom_auth: missing_module.check",
  ),
  missingPage: replacing(
    embeddings,
    itsCheck,
    'probe({ ...endpoints.embeddings, healthPath: "/no-such-page" }, { startPeriodSeconds: 1 })',
  ),
  missingTool: replacing(
    embeddings,
    itsCheck,
    '{ ...probe(endpoints.embeddings, { startPeriodSeconds: 1 }), command: ["no-such-tool"] }',
  ),
} satisfies Readonly<Record<string, FileChange>>;
