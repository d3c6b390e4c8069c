import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { runProcess } from "../../cli/os/run-process.ts";
import {
  type ConformanceAgent,
  conformanceAgent,
} from "../support/conformance/conformance-agent.ts";
import { clientsLock, lockedPython } from "../support/conformance/python.ts";
import { obligingTurn } from "../support/obliging-turn.ts";

const root = path.join(import.meta.dirname, "../..");
const page = readFileSync(path.join(root, "docs/clients.md"), "utf8");

interface Block {
  readonly client: string;
  readonly language: string;
  readonly text: string;
}

/** Each block of code, with the heading above it. */
function blocksOf(markdown: string): Block[] {
  return markdown.split(/^### /m).flatMap((section) => {
    const client = section.split("\n", 1)[0] ?? "";
    return [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, text]) => ({
      client,
      language: language ?? "",
      text: text ?? "",
    }));
  });
}

const blocks = blocksOf(page);
/** Clients that need another version of OpenAI's package than its own tests. */
const withOwnLock = new Set(["LlamaIndex", "LiteLLM's SDK", "instructor"]);

describe("docs/clients.md", () => {
  let agent: ConformanceAgent;
  before(async () => {
    agent = await conformanceAgent(obligingTurn);
  });
  after(() => agent.close());
  const pointedHere = (text: string) =>
    text
      .replaceAll("http://localhost:8000/v1", agent.url)
      .replaceAll(/(["': =])your-key\b/g, `$1${agent.apiKey}`);

  for (const { client, language, text } of blocks) {
    if (language !== "python" && language !== "js") continue;
    it(`has a block for ${client} that runs, and is answered`, async () => {
      const lines: string[] = [];
      const onLine = (line: string) => lines.push(line);
      const program = pointedHere(text);
      if (language === "js") {
        const args = ["--input-type=module", "--eval", program];
        await runProcess(process.execPath, args, { environment: process.env, cwd: root, onLine });
      } else {
        const python = await (withOwnLock.has(client) ? lockedPython(clientsLock) : lockedPython());
        await runProcess(python, ["-c", program], { environment: process.env, cwd: root, onLine });
      }

      expect(lines.join("\n")).to.include("Hello there.");
    });
  }

  const settings = blocks.filter(({ language }) => language === "yaml" || language === "sh");
  for (const { client, language, text } of settings) {
    it(`has settings for ${client} with our address, and models that there are`, async () => {
      const values = valuesIn(language === "yaml" ? parse(pointedHere(text)) : linesOf(text));
      const answer = await fetch(`${agent.url}/models`, {
        headers: { authorization: `Bearer ${agent.apiKey}` },
      });
      const { data } = (await answer.json()) as { data: { id: string }[] };
      const names = data.map(({ id }) => id);

      const addresses = values.filter((value) => value.startsWith("http"));
      expect(addresses).to.have.length.greaterThan(0);
      for (const each of addresses) {
        expect(each).to.be.oneOf([agent.url, "http://localhost:8000/v1"]);
      }
      expect(values.some((value) => names.includes(value))).to.equal(true);
    });
  }

  it("has a block for every client that is tested", () => {
    const clients = new Set(blocks.map(({ client }) => client));

    expect([...clients]).to.include.members([
      "OpenAI",
      "LangChain",
      "LlamaIndex",
      "LiteLLM's SDK",
      "pydantic-ai",
      "instructor",
      "OpenAI for Node",
      "Vercel's AI SDK",
      "LibreChat",
      "Continue",
      "AnythingLLM",
      "Open WebUI",
    ]);
  });
});

function linesOf(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
}

function valuesIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(valuesIn) : [];
}
