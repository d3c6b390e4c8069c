import { stripVTControlCharacters } from "node:util";
import { expect } from "chai";
import { renderHistory } from "../../../cli/commands/rollback.ts";

describe("rollback --list", () => {
  it("names its columns, marks the stack that runs, and fits the terminal", () => {
    const rows = [
      {
        at: "2026-01-02T10:00:00Z",
        commit: "0123abc",
        running: true,
        changes: ["agent: env LOG_LEVEL", "qdrant: the image"],
      },
      { at: "2026-01-01T10:00:00Z", commit: undefined, running: false, changes: [] },
    ];
    const lines = stripVTControlCharacters(renderHistory(rows, 60)).split("\n");

    expect(lines).to.deep.equal([
      "   APPLIED (UTC)         COMMIT   CHANGES",
      "→  2026-01-02T10:00:00Z  0123abc  agent: env LOG_LEVEL; qdr…",
      "   2026-01-01T10:00:00Z  -        -",
    ]);
  });
});
