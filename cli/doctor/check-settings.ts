import { existsSync, statSync } from "node:fs";
import { basename } from "node:path";
import { missingSecrets } from "../../infra/settings/dotenv-file.ts";
import { pulumiName } from "../../infra/settings/pulumi-name.ts";
import { StackError } from "../../infra/stack-error.ts";
import { readEnvFile } from "../stack/env-file.ts";
import { readStackSettings } from "../../infra/stack-settings.ts";
import { defineCheck } from "./check.ts";
import { failure, type Judgement, note, ok, warning } from "./finding.ts";

export interface SettingsFacts {
  readonly file: string;
  readonly exists: boolean;
  /** What is wrong with the values, and what to do. */
  readonly problem: Pick<StackError, "message" | "remedy"> | undefined;
  readonly warnings: readonly string[];
  /** Secrets that nothing gives yet, where the file is there. */
  readonly missing: readonly string[];
  /** Files with secrets, with their permission bits. */
  readonly secretFiles: readonly { readonly path: string; readonly mode: number }[];
}

export const checkSettings = defineCheck(
  "settings",
  ({ root, stackName, environment, settings, workspace }): SettingsFacts => {
    const { path, exists, values } = readEnvFile(root, stackName);
    const { plain, encrypted } = readStackSettings(root, stackName);
    const elsewhere = (name: string) =>
      Boolean(environment[name]) ||
      pulumiName(name) in plain ||
      encrypted.includes(pulumiName(name));
    const files = [path, workspace.passphraseFile].filter((each) => existsSync(each));
    return {
      file: basename(path),
      exists,
      problem: settings instanceof StackError ? settings : undefined,
      warnings: settings instanceof StackError ? [] : settings.warnings,
      missing: exists ? missingSecrets(values).filter((name) => !elsewhere(name)) : [],
      // Windows has no such bits.
      secretFiles:
        process.platform === "win32"
          ? []
          : files.map((each) => ({ path: each, mode: statSync(each).mode & 0o777 })),
    };
  },
  judgeSettings,
);

export function judgeSettings(facts: SettingsFacts): Judgement[] {
  const { file, exists, problem, warnings, missing, secretFiles } = facts;
  const found: Judgement[] = [
    ...(exists ? [] : [note(`${file} is not there yet; the first ./stack up writes it.`)]),
    ...(problem ? [failure(problem.message, problem.remedy)] : []),
    ...warnings.map((each) => warning(each, "Correct or remove the line.")),
    ...(missing.length > 0 ? [lacksSecrets(file, missing)] : []),
    ...secretFiles.filter(({ mode }) => (mode & 0o077) !== 0).map(tooOpen),
  ];
  return found.length > 0 ? found : [ok(`${file} is complete and private`)];
}

function lacksSecrets(file: string, missing: readonly string[]): Judgement {
  const remedy = "Run ./stack up, or ./stack doctor --fix: both generate what is missing.";
  return warning(`${file} lacks ${missing.join(", ")}.`, remedy, { kind: "complete-env-file" });
}

function tooOpen({ path, mode }: { path: string; mode: number }): Judgement {
  const what = `${basename(path)} contains secrets, and others may read it (mode ${mode.toString(8)}).`;
  return warning(what, `Run chmod 600 '${path}'`, { kind: "make-private", path });
}
