import {
  presentToolchain,
  type Toolchain,
  toolchainVersions,
} from "../toolchain/ensure-toolchain.ts";
import { defineCheck } from "./check.ts";
import { type Judgement, note, ok } from "./finding.ts";

/** The Pulumi engine and its plugins. */
export const checkEngine = defineCheck(
  "engine",
  ({ environment }) => presentToolchain({ environment }),
  judgeEngine,
);

export function judgeEngine(toolchain: Toolchain | undefined): Judgement[] {
  if (!toolchain) {
    return [note("Pulumi's engine and plugins are not there yet; ./stack up gets them.")];
  }
  return toolchainVersions(toolchain).map(({ name, version, origin }) =>
    ok(`${name} ${version}, ${origin}`),
  );
}
