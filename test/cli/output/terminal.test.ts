import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import type { Activity } from "../../../cli/output/activity.ts";
import { liveReporter } from "../../../cli/output/live-reporter.ts";
import { eventually } from "../../support/eventually.ts";
import { onTerminal } from "../../support/on-terminal.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { Screen } from "../../support/screen.ts";

const root = join(import.meta.dirname, "../../..");
const keyboard = { silence: () => undefined, restore: () => undefined };
const activity = (
  subject: string,
  status: Activity["status"],
  message = "starting",
  phase: Activity["phase"] = "services",
): Activity => ({ phase, subject, status, message });

function watch(columns: number, rows: number) {
  const screen = new Screen(columns, rows);
  const reporter = liveReporter(screen.stream, keyboard);
  return {
    ...reporter,
    screen,
    shows: async (text: string) =>
      eventually(async () => (await screen.lines()).join("\n").includes(text), text, 5000),
  };
}

const count = (lines: readonly string[], text: string) =>
  lines.filter((line) => line.includes(text)).length;

describe("the live table, on a screen", function () {
  this.slow(2000);

  it("goes on after a question, with what was under way above and below it", async () => {
    const { report, pause, resume, end, screen, shows } = watch(80, 24);
    report(activity("engine", "done", "installed"));
    report(activity("agent", "running"));
    await shows("agent");
    pause();
    screen.write("Start it? [y/N] y\n");
    resume();
    await shows("… agent");
    report(activity("agent", "done", "healthy"));
    end();
    screen.write("All is healthy.\n");

    const lines = await screen.lines();
    expect(lines.map((line) => line.replace(/ {2}[\d.]+ s$/, ""))).to.deep.equal([
      "✓ engine  installed",
      "Start it? [y/N] y",
      "✓ agent  healthy",
      "All is healthy.",
    ]);
  });

  it("leaves no mark of work that goes on when the command has ended", async () => {
    const { report, end, screen, shows } = watch(80, 24);
    report(activity("agent", "running"));
    report(activity("litellm", "failed", ""));
    await shows("agent");
    end();

    const lines = await screen.lines();
    expect(lines.join("\n")).not.to.include("…");
    expect(lines[0]).to.match(/^· agent +not finished: starting/);
  });

  it("has no row for what an update leaves as it is", async () => {
    const { report, end, screen } = watch(80, 24);
    for (const name of ["postgres", "qdrant"]) report(activity(name, "unchanged", ""));
    report(activity("agent", "running"));
    report(activity("agent", "unchanged", ""));
    end();

    expect(await screen.lines()).to.deep.equal([]);
  });

  it("says within two seconds that a command without news still works, and forgets that", async () => {
    const { end, screen, shows } = watch(80, 24);
    await delay(1000);
    await shows("… working  ");
    end();

    expect(await screen.lines()).to.deep.equal([]);
  });

  it("starts below what was printed, where there is news after its end", async () => {
    const { report, end, screen, shows } = watch(80, 24);
    report(activity("agent", "done", "healthy"));
    end();
    screen.write("Follow the logs:\n");
    report(activity("drift", "running"));
    await shows("drift");
    end();

    const lines = await screen.lines();
    expect(lines[0]).to.equal("✓ agent  healthy");
    expect(lines[1]).to.equal("Follow the logs:");
    expect(count(lines, "agent")).to.equal(1);
  });

  it("keeps every finished row at the end, though the screen is too low for them", async () => {
    const { report, end, screen, shows } = watch(60, 6);
    for (let index = 0; index < 12; index += 1) report(activity(`s${index}`, "done", "healthy"));
    report(activity("last", "running"));
    await shows("last");
    report(activity("last", "done", "healthy"));
    end();

    const lines = await screen.lines();
    for (let index = 0; index < 12; index += 1) expect(count(lines, `s${index} `)).to.equal(1);
  });

  for (const [columns, rows] of [
    [120, 40],
    [80, 24],
    [60, 20],
    [30, 10],
  ] as const) {
    it(`breaks no line at ${columns}x${rows}, and marks what it cuts`, async () => {
      const { report, end, screen, shows } = watch(columns, rows);
      const step = "[stage-1 2/2] RUN --mount=from=tools,source=/opt/uv,target=/opt/uv ".repeat(3);
      report(activity("open-webui", "running", step, "images"));
      report(activity("qdrant", "done", "built", "images"));
      await shows("open-webui");
      const drawn = await screen.lines();
      end();

      expect(drawn[0]).to.match(/…( {2}[\d.]+ s)?$/);
      expect(await screen.broken()).to.deep.equal([]);
      expect((await screen.lines()).length).to.equal(2);
    });
  }
});

describe("the keyboard, while a table is drawn", function () {
  this.timeout(20_000);
  this.slow(6000);

  it("does not tear it, and shows again what is typed when the command has ended", async () => {
    const work = join(root, "test/support/watched-work.ts");
    const run = `"${process.execPath}" --disable-warning=ExperimentalWarning "${work}" && stty -a`;
    const { screen, type, ended } = onTerminal(100, 24, ["sh", "-c", run]);
    await eventually(async () => count(await screen.lines(), "third") > 0, "the table");
    type("\n\nwords\n");

    expect(await ended).to.equal(0);
    const lines = await screen.lines();
    expect(lines.slice(0, 4).map((line) => line.replace(/ {2}[\d.]+ s$/, ""))).to.deep.equal([
      "✓ first   healthy",
      "✓ second  healthy",
      "✓ third   healthy",
      "done",
    ]);
    expect(lines.join(" ")).to.match(/[^-]\becho\b/);
  });
});

describe("Ctrl-C at a question, on a terminal", function () {
  this.timeout(30_000);
  this.slow(8000);
  const folder = scratchFolder();

  it("ends the command in words, as anywhere else", async () => {
    const archive = join(folder.path, "archive.tgz");
    writeFileSync(archive, "");
    const command = [process.execPath, "--disable-warning=ExperimentalWarning"];
    const words = ["qdrant", "restore", archive, "--no-safety", "--stack", "asked"];
    const { screen, type, ended } = onTerminal(80, 24, [
      ...command,
      join(root, "cli/main.ts"),
      ...words,
    ]);
    await eventually(async () => count(await screen.lines(), "go on:") > 0, "the question");
    type("\u0003");

    expect(await ended).to.equal(130);
    const lines = (await screen.lines()).slice(-3);
    expect(lines[0]).to.include("go on:");
    expect(lines.slice(1)).to.deep.equal(["✗ Interrupted.", "→ Run the same command again."]);
  });
});

describe("help, on a terminal", function () {
  this.timeout(30_000);
  this.slow(8000);

  for (const [columns, words] of [
    [120, "--help"],
    [80, "up --help"],
    [60, "backup restore --help"],
    [60, ""],
  ] as const) {
    it(`fits ${columns} columns: ./stack ${words}`, async () => {
      const command = [process.execPath, "--disable-warning=ExperimentalWarning"];
      const typed = words.split(" ").filter((word) => word !== "");
      const { screen, ended } = onTerminal(columns, 24, [
        ...command,
        join(root, "cli/main.ts"),
        ...typed,
      ]);

      expect(await ended).to.equal(words === "" ? 64 : 0);
      expect((await screen.lines()).join("\n")).to.include("./stack");
      expect(await screen.broken()).to.deep.equal([]);
    });
  }
});
