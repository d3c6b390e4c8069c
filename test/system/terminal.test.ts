import { expect } from "chai";
import { readFromEnvFile, setInEnvFile } from "../support/env-file.ts";
import { eventually } from "../support/eventually.ts";
import { type Frames, watchFrames } from "../support/frames.ts";
import { type OnTerminal, onTerminal } from "../support/on-terminal.ts";
import { systemStack, upIsHealthy } from "../support/system-stack.ts";

/** Runs `./stack` with these words as a person does, in a window of 80x24 where no other is said. */
function typed(words: readonly string[], columns = 80, rows = 24): OnTerminal {
  const all = [...words, "--stack", "test"].map((word) => `'${word}'`).join(" ");
  const line = `cd '${systemStack().clone}' && exec ./stack ${all}`;
  return onTerminal(columns, rows, ["sh", "-c", line]);
}

/** A change that replaces the agent and what needs it. */
function changeAgent(): void {
  const { clone } = systemStack();
  const level = readFromEnvFile(clone, "LOG_LEVEL") === "debug" ? "info" : "debug";
  setInEnvFile(clone, "LOG_LEVEL", level);
}

function expectAlive({ longestUnchanged, unchanged, broken }: Frames): void {
  expect(longestUnchanged, `unchanged:\n${unchanged}`).to.be.below(2000);
  expect(broken).to.deep.equal([]);
}

describe("on a terminal", function () {
  this.timeout(10 * 60_000);
  after(async () => {
    setInEnvFile(systemStack().clone, "LOG_LEVEL", "info");
    await upIsHealthy();
  });

  for (const [columns, rows] of [
    [120, 40],
    [80, 24],
    [60, 20],
  ] as const) {
    it(`an up at ${columns}x${rows} always moves, breaks no line, and ends with no row under way`, async () => {
      changeAgent();
      const up = typed(["up"], columns, rows);
      const frames = await watchFrames(up);

      expect(await up.ended).to.equal(0);
      expectAlive(frames);
      const lines = await up.screen.lines();
      expect(lines.filter((line) => line.startsWith("…"))).to.deep.equal([]);
      expect(lines.join(" "))
        .to.include("services are healthy")
        .and.to.include("Sign in to open-webui");
    });
  }

  it("an up that fails says why below rows that have all ended", async () => {
    const { clone } = systemStack();
    setInEnvFile(clone, "AGENT_PORT", "eighty");
    const up = typed(["up"]);
    const frames = await watchFrames(up);
    const exitCode = await up.ended;
    setInEnvFile(clone, "AGENT_PORT", new URL(systemStack().url("agent")).port);

    expect(exitCode).to.equal(1);
    expectAlive(frames);
    const lines = await up.screen.lines();
    expect(lines.filter((line) => line.startsWith("…"))).to.deep.equal([]);
    expect(lines.join("\n"))
      .to.match(/✗ .*AGENT_PORT/u)
      .and.to.include("→ ");
  });

  it("Ctrl-C in the middle of an up ends it in words, with no row under way", async () => {
    changeAgent();
    const up = typed(["up"]);
    const isReplaced = (lines: readonly string[]) => lines.some((line) => /^… agent/u.test(line));
    const before = await watchFrames(up, isReplaced);
    up.type("\u0003");
    const after = await watchFrames(up);

    expect(await up.ended).to.equal(130);
    expectAlive(before);
    expectAlive(after);
    const lines = await up.screen.lines();
    expect(lines.filter((line) => line.startsWith("…"))).to.deep.equal([]);
    expect(lines.join(" "))
      .to.include("✗ ")
      .and.to.match(/\.\/stack --stack test [a-z]/u);
  });

  it("a question waits for its answer, and a no changes nothing", async () => {
    const down = typed(["down", "--remove-volumes"]);
    await eventually(
      async () => (await down.screen.lines()).join("\n").includes("go on:"),
      "the question",
      60_000,
    );
    down.type("no\n");

    expect(await down.ended).not.to.equal(0);
    expect(await down.screen.broken()).to.deep.equal([]);
    expect((await down.screen.lines()).join("\n")).to.include("Nothing was deleted.");
  });
});
