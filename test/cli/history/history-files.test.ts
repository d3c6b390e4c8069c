import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { beginUp, historyOf, isUpUnfinished } from "../../../cli/history/history-files.ts";
import { sealBy } from "../../../cli/history/seal.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { goodStack } from "../../support/good-stack.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { generatedSecrets } from "../../support/settings.ts";

describe("the history of good stacks", () => {
  const folder = scratchFolder();
  const workspace = () => workspaceOf(folder.path, "test");
  const history = (passphrase = "a passphrase") => historyOf(workspace(), sealBy(passphrase));
  const at = (hour: number) => `2026-01-01T${String(hour).padStart(2, "0")}:00:00.000Z`;
  const times = () =>
    history()
      .read()
      .map((good) => good.at);

  it("is read newest first, and empty before the first", () => {
    expect(times()).to.deep.equal([]);

    history().remember(goodStack(at(1), { LOG_LEVEL: "info" }));
    history().remember(goodStack(at(2), { LOG_LEVEL: "debug" }));

    expect(times()).to.deep.equal([at(2), at(1)]);
  });

  it("does not repeat what is the newest already", () => {
    history().remember(goodStack(at(1)));
    history().remember(goodStack(at(2)));

    expect(times()).to.deep.equal([at(1)]);
  });

  it("keeps the last ten", () => {
    for (let hour = 1; hour <= 12; hour++) {
      history().remember(goodStack(at(hour), { AGENT_PORT: String(9000 + hour) }));
    }

    expect(times()).to.have.length(10);
    expect(times().at(-1)).to.equal(at(3));
  });

  it("can be read by its owner alone: passwords are in it", () => {
    history().remember(goodStack(at(1)));

    const files = join(folder.path, ".stack/history/test");
    const [file = ""] = readdirSync(files);
    expect(statSync(files).mode & 0o777).to.equal(0o700);
    expect(statSync(join(files, file)).mode & 0o777).to.equal(0o600);
  });

  it("contains no password in the clear, and is none to whoever has another passphrase", () => {
    history().remember(goodStack(at(1)));

    const files = join(folder.path, ".stack/history/test");
    const [file = ""] = readdirSync(files);
    const text = readFileSync(join(files, file), "utf8");
    for (const secret of Object.values(generatedSecrets)) expect(text).not.to.include(secret);
    expect(JSON.stringify(history().read())).to.include(generatedSecrets["AGENT_DB_PASSWORD"]);
    expect(history("another").read()).to.deep.equal([]);
  });

  it("has its own salt, which its next entries share", () => {
    const saltOf = (sealed: string) =>
      Buffer.from(sealed, "base64").subarray(0, 16).toString("hex");
    const [one, other] = [sealBy("a passphrase"), sealBy("a passphrase")];
    const first = one.close("text");

    expect(saltOf(other.close("text"))).not.to.equal(saltOf(first));
    expect(other.open(first)).to.equal("text");
    expect(saltOf(other.close("more"))).to.equal(saltOf(first));
  });

  it("forgets one that was rolled back from, and marks the one that came back", () => {
    const [good, bad] = [goodStack(at(1)), goodStack(at(2), { LOG_LEVEL: "debug" })];
    history().remember(good);
    history().remember(bad);

    history().forget(bad);
    history().markBroughtBack(good);

    expect(history().read()).to.deep.equal([{ ...good, broughtBack: true }]);
  });

  it("knows an up that began and did not end well", () => {
    const ended = beginUp(workspace());
    expect(isUpUnfinished(workspace())).to.equal(true);

    ended();
    expect(isUpUnfinished(workspace())).to.equal(false);
  });
});
