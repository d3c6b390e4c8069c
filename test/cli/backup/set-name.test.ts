import { expect } from "chai";
import { freshSetName, parseSetName, partialName, writerOf } from "../../../cli/backup/set-name.ts";

const moment = new Date("2026-11-24T21:30:05.900Z");

describe("the name of a set", () => {
  it("tells its kind and its second, in UTC", () => {
    expect(freshSetName("qdrant", moment, () => false)).to.equal("qdrant-20261124-213005");
  });

  it("moves on to a second that is free, so that no set is written over", () => {
    const taken = ["backup-20261124-213005", "backup-20261124-213006"];

    const name = freshSetName("backup", moment, (candidate) => taken.includes(candidate));

    expect(name).to.equal("backup-20261124-213007");
  });

  it("is read back, of a folder and of an archive", () => {
    const createdAt = new Date("2026-11-24T21:30:05Z");

    expect(parseSetName("safety-20261124-213005")).to.deep.equal({
      kind: "safety",
      createdAt,
      packed: false,
    });
    expect(parseSetName("qdrant-20261124-213005.tgz")).to.deep.equal({
      kind: "qdrant",
      createdAt,
      packed: true,
    });
  });

  for (const other of ["backup-20261399-000000", "notes.txt", "backup-20261124-213005.7.partial"]) {
    it(`is not what ${other} has`, () => {
      expect(parseSetName(other)).to.equal(undefined);
    });
  }

  it("names the process while the set is unfinished", () => {
    expect(writerOf(partialName("backup-20261124-213005", "71-0a1b2c3d"))).to.equal("71-0a1b2c3d");
    expect(writerOf("backup-20261124-213005")).to.equal(undefined);
  });
});
