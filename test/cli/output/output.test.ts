import { execFileSync } from "node:child_process";
import { expect } from "chai";
import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import type { Activity } from "../../../cli/output/activity.ts";
import { fitWidth, terminalWidth } from "../../../cli/output/fit-width.ts";
import { renderRows } from "../../../cli/output/live-reporter.ts";
import { errorLine, exitCodeOf, presentError } from "../../../cli/output/present-error.ts";
import { outputMode, reporterFor } from "../../../cli/output/reporter.ts";
import { table } from "../../../cli/output/table.ts";
import { StackError } from "../../../infra/stack-error.ts";

const running: Activity = {
  phase: "services",
  subject: "agent",
  status: "running",
  message: "starting",
};

function written(mode: "plain" | "json", activities: readonly Activity[]): string {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream;
  const reporter = reporterFor(mode, { stdout: stream, stderr: stream });
  for (const activity of activities) reporter.report(activity);
  reporter.end();
  return stripVTControlCharacters(String(stream.read() ?? ""));
}

describe("colours", () => {
  it("are in nothing that a script reads, in CI either", () => {
    const module = new URL("../../../cli/output/colours.ts", import.meta.url).href;
    const script = `import("${module}").then(({ colours }) => console.log(colours.red("x")))`;

    const output = execFileSync(process.execPath, ["-e", script], {
      encoding: "utf8",
      env: { ...process.env, CI: "true" },
    });

    expect(output).to.equal("x\n");
  });
});

describe("the output mode", () => {
  const options = { json: false, plain: false };

  it("is a live table on a terminal only, and never in CI", () => {
    expect(outputMode(options, true, {})).to.equal("live");
    expect(outputMode(options, false, {})).to.equal("plain");
    expect(outputMode(options, true, { CI: "true" })).to.equal("plain");
    expect(outputMode({ ...options, plain: true }, true, {})).to.equal("plain");
    expect(outputMode({ ...options, json: true }, true, {})).to.equal("json");
  });
});

describe("plain output", () => {
  it("says a running step once, not at every report", () => {
    expect(
      written("plain", [running, running, { ...running, status: "done", message: "healthy" }]),
    ).to.equal("… agent: starting\n✓ agent: healthy\n");
  });

  it("tells an image from the service of the same name", () => {
    expect(written("plain", [{ ...running, phase: "images" }])).to.equal(
      "… agent image: starting\n",
    );
  });
});

describe("JSON output", () => {
  it("is one object a line, with the schema's name", () => {
    const [line = ""] = written("json", [running]).split("\n");

    expect(JSON.parse(line)).to.deep.include({
      schema: "agent-stack/1",
      type: "activity",
      ...running,
    });
  });
});

describe("the live table", () => {
  const row = (subject: string, done: boolean) => ({
    activity: { ...running, subject },
    since: 0,
    until: done ? 1000 : undefined,
  });

  it("shows how long each has taken", () => {
    const text = stripVTControlCharacters(
      renderRows([row("a", true), row("b", false)], 20, 80, 4200),
    );

    expect(text).to.match(/a .*1\.0 s\n.*b .*4\.2 s/);
  });

  it("gives up finished rows first where the screen is low", () => {
    const rows = [row("one", true), row("two", true), row("three", false), row("four", false)];

    const text = stripVTControlCharacters(renderRows(rows, 5, 80, 4200));

    expect(text).not.to.include("one");
    expect(text).to.include("three").and.to.include("four");
  });
});

describe("an error", () => {
  const error = new StackError("Port 1 is taken.", { remedy: "Free it.", details: ["by x"] });

  it("is shown with its cause and its remedy, and without a stack trace", () => {
    expect(
      stripVTControlCharacters(presentError(error, { debug: false, stackName: "dev" })),
    ).to.equal("✗ Port 1 is taken.\n  by x\n→ Free it.\n");
  });

  it("is broken between words on a terminal, below its first word", () => {
    const long = new StackError("The service agent is not healthy.", {
      remedy: "See ./stack why.",
    });
    const text = presentError(long, { debug: false, stackName: "dev", width: 24 });

    expect(stripVTControlCharacters(text)).to.equal(
      "✗ The service agent is\n  not healthy.\n→ See ./stack why.\n",
    );
  });

  it("shows its trace where --debug asks for it", () => {
    expect(presentError(error, { debug: true, stackName: "dev" })).to.include("output.test.ts");
  });

  it("without a remedy is a bug of ours and shows its trace", () => {
    expect(
      presentError(new TypeError("x is undefined"), { debug: false, stackName: "dev" }),
    ).to.include("bug of ours");
  });

  it("is one JSON line for programs, with the exit code", () => {
    expect(JSON.parse(errorLine(error, "dev"))).to.deep.include({
      type: "error",
      message: "Port 1 is taken.",
      remedy: "Free it.",
      details: ["by x"],
      exitCode: 1,
    });
    expect(exitCodeOf(new StackError("", { remedy: "", exitCode: 2 }))).to.equal(2);
  });
});

describe("text for a terminal", () => {
  it("is broken between words, below where a line begins, and an address never", () => {
    const text = "  one two three four five six seven\nhttp://127.0.0.1:13000/a/long/path";

    expect(fitWidth(text, 24)).to.equal(
      "  one two three four\n  five six seven\nhttp://127.0.0.1:13000/a/long/path",
    );
    expect(fitWidth(text, Infinity)).to.equal(text);
  });

  it("goes on below a row's text, not below its mark or its coloured name", () => {
    const row = "\u001b[32m✓\u001b[39m engine   answers at unix:///run/docker.sock";

    expect(fitWidth(row, 36)).to.equal(
      "\u001b[32m✓\u001b[39m engine   answers at\n           unix:///run/docker.sock",
    );
  });

  it("stays as it is where it fits, with its columns and colours", () => {
    const header = "\u001b[2m\u001b[22m   \u001b[2mSERVICE\u001b[22m  CHECK";

    expect(fitWidth(header, 60)).to.equal(header);
  });

  it("has the terminal's width, and none where a program reads", () => {
    expect(terminalWidth({ isTTY: true, columns: 60 })).to.equal(60);
    expect(terminalWidth({ isTTY: false, columns: 60 })).to.equal(Infinity);
  });
});

describe("table", () => {
  it("cuts a row that is too wide, and says so", () => {
    expect(table([["a", "a long summary"]], 10)).to.equal("a  a long…");
  });

  it("aligns columns by what is visible", () => {
    expect(
      table([
        ["A", "B"],
        ["\u001b[32mlong\u001b[0m", "x"],
      ]),
    ).to.equal("A     B\n\u001b[32mlong\u001b[0m  x");
  });
});
