import { once } from "node:events";
import { setImmediate } from "node:timers/promises";
import { expect } from "chai";
import type { CommandResult, GlobalOptions } from "../../../cli/command-line/command.ts";
import { commandOutput, type ProcessStreams } from "../../../cli/command-line/command-output.ts";
import type { TypedCommand } from "../../../cli/command-line/command-table.ts";
import { interruption } from "../../../cli/command-line/interruption.ts";
import { runCommand } from "../../../cli/command-line/run-command.ts";
import { workspaceOf } from "../../../cli/os/workspace.ts";
import { lockStack } from "../../../cli/stack/stack-lock.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { eventually } from "../../support/eventually.ts";
import { rejection } from "../../support/rejection.ts";
import { scratchFolder } from "../../support/scratch-folder.ts";
import { jsonLines } from "../../support/system-stack.ts";
import { unwatchedProcess, watchedProcess } from "../../support/watched-process.ts";

const usual: GlobalOptions = { stack: "two", json: false, plain: false, yes: false, debug: false };

describe("the frame around a command", () => {
  const folder = scratchFolder();

  function start(
    run: TypedCommand["run"],
    {
      changes = true,
      options = {},
      streams = unwatchedProcess().streams,
      signal = new AbortController().signal,
    }: {
      changes?: boolean;
      options?: Partial<GlobalOptions>;
      streams?: ProcessStreams;
      signal?: AbortSignal;
    } = {},
  ): Promise<number> {
    const all = { ...usual, ...options };
    return runCommand(
      { options: all, typed: { name: "backup create", changes, run } },
      { root: folder.path, words: [], environment: {}, signal },
      commandOutput(all, streams, {}),
    );
  }

  /** Who has the stack's lock: the error that another command would get. */
  function holder(): string | undefined {
    try {
      lockStack(workspaceOf(folder.path, "two"), "down")();
      return undefined;
    } catch (error) {
      if (error instanceof StackError) return error.message;
      throw error;
    }
  }

  describe("takes the stack's lock", () => {
    it("under the command's name while a command runs that changes the stack", async () => {
      let during: string | undefined;
      await start(() => {
        during = holder();
        return {};
      });

      expect(during).to.match(/^\.\/stack backup create \(process \d+, .*\) is changing the stack/);
      expect(holder()).to.equal(undefined);
    });

    it("and releases it when the command fails", async () => {
      const failure = new StackError("Docker is away.", { remedy: "Start it." });

      expect(await rejection(start(() => Promise.reject(failure)))).to.equal(failure);
      expect(holder()).to.equal(undefined);
    });

    it("for no command that changes nothing", async () => {
      let during: string | undefined;
      await start(
        () => {
          during = holder();
          return {};
        },
        { changes: false },
      );

      expect(during).to.equal(undefined);
    });

    it("and has released it when the command goes on after its result", async () => {
      const { streams, written } = unwatchedProcess();
      let seen = {};
      const after = () => {
        seen = { holder: holder(), written: written.stdout };
        return Promise.resolve();
      };
      await start(() => ({ text: "All is healthy.", after }), { streams });

      expect(seen).to.deep.equal({ holder: undefined, written: "All is healthy.\n" });
    });
  });

  describe("shows what a command hands back", () => {
    const result: CommandResult = {
      document: "services: {}\n",
      text: "Bring it up: ./stack up",
      data: { file: "compose.yaml" },
      exitCode: 2,
    };

    it("to people: the document as it is, and sentences that name this stack", async () => {
      const { streams, written } = unwatchedProcess();

      expect(await start(() => result, { streams })).to.equal(2);
      await setImmediate();
      expect(written).to.deep.equal({
        stdout: "services: {}\nBring it up: ./stack --stack two up\n",
        stderr: "",
      });
    });

    it("to programs: the data, as the result of the command by its name, and nothing else", async () => {
      const { streams, written } = unwatchedProcess();
      const options = { json: true };

      expect(await start(() => result, { streams, options })).to.equal(2);
      const [line, ...more] = jsonLines(written.stdout);
      expect(line).to.include({ type: "result", command: "backup create", file: "compose.yaml" });
      expect(more).to.deep.equal([]);
      expect(line).not.to.have.any.keys("text", "document");
    });

    it("before it fails, where what was found is an error", async () => {
      const { streams, written } = unwatchedProcess();
      const failure = new StackError("Two changes.", { remedy: "Apply them.", exitCode: 2 });

      const error = await rejection(start(() => ({ text: "agent", failure }), { streams }));

      expect(error).to.equal(failure);
      expect(written.stdout).to.equal("agent\n");
    });

    it("below the progress that has ended", async () => {
      const { streams, screen } = watchedProcess();
      await start(
        ({ report }) => {
          report({ phase: "services", subject: "agent", status: "running", message: "starting" });
          report({ phase: "services", subject: "agent", status: "done", message: "healthy" });
          return { text: "All is healthy." };
        },
        { streams },
      );

      expect(await screen.lines()).to.deep.equal(["✓ agent  healthy", "All is healthy."]);
    });
  });

  describe("lets a command say something before its end", () => {
    const time = "2026-11-29T07:24:14.000000001Z";

    it("to people: what a question is about, and lines as they come", async () => {
      const { streams, written } = unwatchedProcess();
      await start(
        async ({ announce, stream }) => {
          announce("See ./stack logs.");
          await stream((write) => {
            write("agent | ready at ./stack", { time, service: "agent", line: "ready at ./stack" });
            return Promise.resolve();
          });
          return {};
        },
        { streams },
      );

      expect(written.stdout).to.equal("See ./stack --stack two logs.\nagent | ready at ./stack\n");
    });

    it("to programs: the lines alone, each with its service", async () => {
      const { streams, written } = unwatchedProcess();
      await start(
        async ({ announce, stream }) => {
          announce("See ./stack logs.");
          await stream((write) => {
            write("for people alone");
            write("agent | ready", { time, service: "agent", line: "ready" });
            return Promise.resolve();
          });
          return {};
        },
        { streams, options: { json: true } },
      );

      const [line, ...more] = jsonLines(written.stdout);
      expect(line).to.include({ type: "log", time, service: "agent", line: "ready" });
      expect(more).to.deep.equal([]);
    });
  });

  describe("asks a question", function () {
    this.slow(3000);

    it("below what has been done, and goes on showing what is under way", async () => {
      const { streams, screen, type } = watchedProcess();
      const shows = (text: string) =>
        eventually(async () => (await screen.lines()).join("\n").includes(text), text, 5000);
      const ended = start(
        async ({ report, announce, confirm }) => {
          const say = (subject: string, status: "running" | "done", message: string) => {
            report({ phase: "services", subject, status, message });
          };
          say("engine", "done", "installed");
          say("agent", "running", "starting");
          announce("This replaces the data.");
          const answer = await confirm("Go on?");
          await shows("… agent");
          say("agent", "done", "healthy");
          return { text: answer ? "Replaced." : "Kept." };
        },
        { streams },
      );
      await shows("Go on? [y/N]");
      type("y\n");
      await ended;

      const lines = (await screen.lines()).map((line) => line.replace(/ {2}[\d.]+ s$/, ""));
      expect(lines).to.deep.equal([
        "✓ engine  installed",
        "This replaces the data.",
        "Go on? [y/N] y",
        "✓ agent  healthy",
        "Replaced.",
      ]);
    });

    it("which Ctrl-C ends, and the lock is released", async () => {
      const { streams, screen } = watchedProcess();
      const interrupt = new AbortController();
      const ended = start(
        async ({ confirmByName }) => ({ text: String(await confirmByName("two")) }),
        { streams, signal: interrupt.signal },
      );
      await eventually(async () => (await screen.lines()).length > 0, "the question", 5000);
      interrupt.abort(interruption("SIGINT"));

      const error = await rejection(ended);
      expect(error).to.include({ message: "Interrupted.", exitCode: 130 });
      expect(holder()).to.equal(undefined);
    });

    for (const [keys, accepted] of [
      ["\n", true],
      ["y\n", true],
      ["n\n", false],
    ] as const) {
      it(`that offers something: ${JSON.stringify(keys)} is ${accepted ? "yes" : "no"}`, async () => {
        const { streams, screen, type } = watchedProcess();
        let answer: boolean | undefined;
        const ended = start(
          async ({ offer }) => {
            answer = await offer("Move it?");
            return {};
          },
          { streams },
        );
        await eventually(
          async () => (await screen.lines()).join("\n").includes("Move it? [Y/n]"),
          "the offer",
          5000,
        );
        type(keys);
        await ended;

        expect(answer).to.equal(accepted);
      });
    }

    it("of nobody: without a terminal or with --yes, an offer is not accepted", async () => {
      const answers: boolean[] = [];
      const run: TypedCommand["run"] = async ({ offer }) => {
        answers.push(await offer("Move it?"));
        return {};
      };
      const watched = watchedProcess();
      await start(run);
      await start(run, { streams: watched.streams, options: { yes: true } });

      expect(answers).to.deep.equal([false, false]);
      expect(await watched.screen.lines()).to.deep.equal([]);
    });
  });

  it("says on Ctrl-C that the command was interrupted, whatever it throws", async () => {
    const interrupt = new AbortController();
    const ended = start(
      async ({ signal }) => {
        const aborted = once(signal, "abort");
        interrupt.abort(interruption("SIGINT"));
        await aborted;
        throw new Error("the socket was closed");
      },
      { signal: interrupt.signal },
    );

    expect(await rejection(ended)).to.include({ message: "Interrupted.", exitCode: 130 });
    expect(holder()).to.equal(undefined);
  });

  it("begins no command after Ctrl-C", async () => {
    let began = false;
    const run = () => {
      began = true;
      return {};
    };
    const signal = AbortSignal.abort(interruption("SIGINT"));

    expect(await rejection(start(run, { signal }))).to.include({ exitCode: 130 });
    expect(began).to.equal(false);
  });
});
