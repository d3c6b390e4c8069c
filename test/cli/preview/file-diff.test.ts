import { expect } from "chai";
import { fileDiff } from "../../../cli/preview/file-diff.ts";

describe("the diff of a configuration file", () => {
  it("shows what changed with two lines around it, and no heading", () => {
    const before = "a\nb\nc\nd\ne\nf\ng\n";
    const { diff } = fileDiff("/etc/x", before, before.replace("d", "D"));

    expect(diff.split("\n")).to.deep.equal(["@@ -2,5 +2,5 @@", " b", " c", "-d", "+D", " e", " f"]);
  });

  it("shows no value of a secret's name", () => {
    const { diff } = fileDiff(
      "/etc/x",
      "",
      'master_key: sk-1234\n- "password": hunter2\ntoken = abc\nmax_tokens: 5\n',
    );

    expect(diff).not.to.match(/sk-1234|hunter2|abc/);
    expect(diff).to.include("+max_tokens: 5");
  });

  it("shows where a secret is read from", () => {
    const line = "api_key: os.environ/PLANNER_API_KEY";

    expect(fileDiff("/etc/x", "", `${line}\n`).diff).to.include(`+${line}`);
  });

  it("is cut where it is long, and says so", () => {
    const long = Array.from({ length: 500 }, (_, index) => `line ${index}`).join("\n");
    const { diff } = fileDiff("/etc/x", "", `${long}\n${"z".repeat(5000)}`);

    expect(diff.split("\n")).to.have.length(61);
    expect(diff).to.match(/… \d+ more lines$/);
  });
});
