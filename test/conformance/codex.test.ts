import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { runProcess } from "../../cli/os/run-process.ts";
import { lockedCodex } from "../support/conformance/codex.ts";
import {
  type ConformanceAgent,
  conformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const page = readFileSync(path.join(import.meta.dirname, "../../docs/clients.md"), "utf8");
const [, configuration = ""] = /^```toml\n([\s\S]*?)^```$/m.exec(page) ?? [];

describe("Codex with wire_api=responses, as docs/clients.md configures it", () => {
  let agent: ConformanceAgent;
  let home = "";
  before(async () => {
    agent = await conformanceAgent(obligingTurn);
    // Codex wants no home below a temporary folder.
    home = mkdtempSync(path.join(homedir(), ".codex-conformance-"));
    const settings = configuration.replace("http://localhost:8000/v1", agent.url);
    writeFileSync(path.join(home, "config.toml"), settings);
  });
  after(async () => {
    await agent.close();
    rmSync(home, { recursive: true, force: true });
  });

  async function ask(prompt: string): Promise<string> {
    const lines: string[] = [];
    const args = ["exec", "--skip-git-repo-check", "--sandbox", "read-only", prompt];
    await runProcess(process.execPath, [await lockedCodex(), ...args], {
      cwd: home,
      environment: { ...process.env, CODEX_HOME: home, AGENT_STACK_KEY: agent.apiKey },
      onLine: (line) => lines.push(line),
    });
    return lines.join("\n");
  }

  it("answers a question", async () => {
    expect(await ask("Hello there.")).to.match(/codex\nHello there\.\n/);
  });

  it("runs a command that the model asks for, and tells it what came of it", async () => {
    expect(await ask("Run this command.")).to.match(/Process exited with code/);
  });
});
