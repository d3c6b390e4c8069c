import { expect } from "chai";
import { isNamedForExport } from "../../../scripts/evidence/is-named-for-export.ts";

const cases: readonly [path: string, source: string, isRight: boolean][] = [
  ["cli/os/run-process.ts", "export function runProcess() {}", true],
  ["cli/backup/restore-files.ts", "export const filesRestore = 1;", true],
  ["cli/app.ts", "export class TestApp {}", true],
  ["cli/finding.ts", "export interface Finding {}\nexport const ok = 1;", true],
  ["infra/services/open-webui/service.ts", "export function openWebui() {}", true],
  ["infra/services/index.ts", "export const services = [];", true],
  ["cli/main.ts", 'console.log("an entry");', true],
  ["cli/no-op.ts", "export function isUpToDate() {}", false],
  ["cli/progress.ts", "export function duration() {}\nfunction progress() {}", false],
  ["infra/service.ts", "export function openWebui() {}", false],
];

describe("a file's name", () => {
  for (const [path, source, isRight] of cases) {
    it(`${path} is ${isRight ? "" : "not "}that of an export in: ${source.replace("\n", " ")}`, () => {
      expect(isNamedForExport(path, source)).to.equal(isRight);
    });
  }
});
