import { expect } from "chai";
import type { GlobalOptions } from "../../../cli/command-line/command.ts";
import { contextOf } from "../../../cli/command-line/command-context.ts";
import { commandOutput } from "../../../cli/command-line/command-output.ts";
import type { PortMove } from "../../../cli/ports/move-ports.ts";
import { offerMoves } from "../../../cli/ports/offer-moves.ts";
import { StackError } from "../../../infra/stack-error.ts";
import { eventually } from "../../support/eventually.ts";
import { watchedProcess } from "../../support/watched-process.ts";

const agent: PortMove = {
  ...{ service: "agent", setting: "AGENT_PORT", from: 8000, to: 8100 },
  because: "in use by process 42 (node)",
};
const qdrant: PortMove = {
  ...{ service: "qdrant", setting: "QDRANT_PORT", from: 6333, to: 6433 },
  because: "in use by the container other",
};

describe("ports that are taken, on a terminal", () => {
  function ask(moves: readonly PortMove[] | StackError, options: Partial<GlobalOptions> = {}) {
    const { screen, streams, type } = watchedProcess(60);
    const all = { stack: "dev", json: false, plain: false, yes: false, debug: false, ...options };
    const signal = new AbortController().signal;
    const output = commandOutput(all, streams, {});
    const context = contextOf("up", all, { root: "/", words: [], environment: {}, signal }, output);
    const plan = () =>
      moves instanceof StackError ? Promise.reject(moves) : Promise.resolve(moves);
    const answered = offerMoves(context, plan).finally(output.end);
    return {
      lines: () => screen.lines(),
      answer: async (keys: string) => {
        await eventually(async () => (await screen.lines()).join(" ").includes("[Y/n]"), "asked");
        type(keys);
        return answered;
      },
      answered,
    };
  }

  it("are named with who uses them and the port that is free, and move on Enter", async () => {
    const { lines, answer } = ask([agent]);

    expect(await answer("\n")).to.equal(true);
    // Whether the cursor has left the line already decides about a space at its end.
    expect((await lines()).join(" ").trimEnd()).to.equal(
      "Port 8000 (agent) is in use by process 42 (node). Move it to 8100? [Y/n]",
    );
  });

  it("are listed where there is more than one", async () => {
    const { lines, answer } = ask([agent, qdrant]);

    expect(await answer("n\n")).to.equal(false);
    expect(await lines()).to.deep.equal([
      "Port 8000 (agent) is in use by process 42 (node). 8100 is",
      "free.",
      "Port 6333 (qdrant) is in use by the container other. 6433 is",
      "free.",
      "Move them? [Y/n] n",
    ]);
  });

  for (const [what, moves, options] of [
    ["with --yes", [agent], { yes: true }],
    ["with --json", [agent], { json: true }],
    ["where no port would move", [], {}],
    [
      "where there is no way to move them",
      new StackError("AGENT_PORT comes from the environment.", { remedy: "Unset it." }),
      {},
    ],
  ] as const) {
    it(`stay an error without a question ${what}`, async () => {
      const { lines, answered } = ask(moves, options);

      expect(await answered).to.equal(false);
      expect(await lines()).to.deep.equal([]);
    });
  }
});
