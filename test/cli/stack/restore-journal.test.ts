import { processMark } from "../../../cli/os/process-mark.ts";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { Activity } from "../../../cli/output/activity.ts";
import {
  endRestore,
  noteRestore,
  warnOfUnfinishedRestore,
} from "../../../cli/stack/restore-journal.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";

describe("the note of a restore", () => {
  const scratch = scratchFolder();
  const workspace = () => workspaceOf(scratch.path, "test");
  const warnings = (): Activity[] => {
    const found: Activity[] = [];
    warnOfUnfinishedRestore(workspace(), (activity) => found.push(activity));
    return found;
  };
  const dieNow = () => {
    const path = join(scratch.path, ".stack/restores/test.json");
    const dead = spawnSync("true").pid;
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(`"process":"${processMark()}"`, `"process":"${dead}"`));
  };
  const plan = () => ({
    set: join(scratch.path, "backups/backup-1"),
    safety: join(scratch.path, "backups/safety-1"),
    databases: ["agent"],
    qdrant: true,
    files: [],
  });

  it("warns every later command when the restore was killed amid the data, with both ways on", () => {
    noteRestore(workspace(), plan(), "replacing");
    dieNow();

    const [warning] = warnings();

    expect(warning?.status).to.equal("warning");
    expect(warning?.message).to.include("./stack up puts the former data back");
    expect(warning?.message).to.include("./stack backup restore backups/backup-1");
  });

  it("warns where the note itself is damaged, and fails no command", () => {
    noteRestore(workspace(), plan(), "replacing");
    writeFileSync(join(scratch.path, ".stack/restores/test.json"), '{"process":"47');

    expect(warnings().map(({ message }) => message)).to.have.length(1);
    expect(warnings()[0]?.message).to.include("./stack backup restore latest");
  });

  for (const phase of ["preparing", "clearing"] as const) {
    it(`says that the data is whole when it was killed while ${phase}`, () => {
      noteRestore(workspace(), plan(), "replacing");
      noteRestore(workspace(), plan(), phase);
      dieNow();

      const [warning] = warnings();

      expect(warning?.message).not.to.include("may be partly");
      expect(warning?.message).to.include("./stack up removes what it left");
    });
  }

  it("says nothing while the restore runs, nor after its end", () => {
    noteRestore(workspace(), plan(), "replacing");
    const during = warnings();
    dieNow();
    endRestore(workspace());

    expect([...during, ...warnings()]).to.deep.equal([]);
  });
});
