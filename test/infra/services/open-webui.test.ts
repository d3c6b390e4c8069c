import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { asAsked } from "../../../agent/integrations/as-asked.ts";
import { openWebui } from "../../../infra/services/open-webui/service.ts";
import { contextFileHashes } from "../../../infra/sources.ts";
import { parsePageAddresses } from "../../../infra/services/open-webui/page-addresses.ts";
import { testSources } from "../../support/desired.ts";
import { settingsWith } from "../../support/settings.ts";

interface Request {
  readonly host: string;
  readonly origin?: string;
  readonly type?: "http" | "websocket";
}

interface Outcome {
  /** The Origin that the application saw; null where the request had none. */
  readonly passedAs?: string | null;
  /** What a browser gets in place of the application's answer. */
  readonly refused?: { readonly status: number; readonly body: string };
}

/** The very class that runs in the container, over an application that notes what reaches it. */
function ask(requests: readonly Request[], listed: readonly string[] = []): Outcome[] {
  const driver = `
import asyncio, json, sys
from own_addresses import OwnAddresses
given = json.load(sys.stdin)

async def outcome(request):
    result = {}
    async def application(scope, receive, send):
        result["passedAs"] = dict(scope["headers"]).get(b"origin", b"").decode() or None
    async def send(message):
        refused = result.setdefault("refused", {"status": 403, "body": ""})
        if "status" in message: refused["status"] = message["status"]
        refused["body"] += message.get("body", b"").decode()
    headers = [(n.encode(), request[n].encode()) for n in ("host", "origin") if n in request]
    scope = {"type": request.get("type", "http"), "headers": headers}
    await OwnAddresses(application, given["listed"], "http://localhost:3000")(scope, None, send)
    return result

print(json.dumps([asyncio.run(outcome(request)) for request in given["requests"]]))
`;
  const folder = join(import.meta.dirname, "../../../infra/services/open-webui/server");
  const output = execFileSync("python3", ["-B", "-c", driver], {
    input: JSON.stringify({ listed, requests }),
    env: { ...process.env, PYTHONPATH: folder },
    encoding: "utf8",
  });
  return JSON.parse(output) as Outcome[];
}

const types = ["http", "websocket"] as const;

describe("the addresses of Open WebUI's page", () => {
  it("are localhost and every IP address on any port, seen by Open WebUI as one", () => {
    const hosts = ["localhost:3000", "127.0.0.1:41234", "[::1]:9", "chat.localhost", "192.168.1.5"];
    const requests = hosts.flatMap((host) =>
      types.map((type) => ({ host, origin: `http://${host}`, type })),
    );

    for (const outcome of ask(requests)) {
      expect(outcome).to.deep.equal({ passedAs: "http://localhost:3000" });
    }
  });

  it("are not a page of another port or another site", () => {
    const origins = [
      "http://localhost:8080",
      "http://127.0.0.1:3000",
      "https://evil.example",
      "http://localhost:3000.evil.example",
      "null",
    ];
    const requests = origins.flatMap((origin) =>
      types.map((type) => ({ host: "localhost:3000", origin, type })),
    );

    for (const outcome of ask(requests)) {
      expect(outcome.passedAs).to.equal(undefined);
      expect(outcome.refused?.status).to.equal(403);
    }
  });

  it("are not a name that a website points at this machine, with or without an Origin", () => {
    const hosts = [
      "evil.example:3000",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "webui",
    ];
    const requests = hosts.flatMap((host) => [{ host }, { host, origin: `http://${host}` }]);

    for (const outcome of ask(requests)) expect(outcome.refused?.status).to.equal(403);
  });

  it("are the listed ones too, whether or not a proxy passes the Host header on", () => {
    const origin = "https://chat.example.com";
    const hosts = ["chat.example.com", "127.0.0.1:3000"];

    for (const outcome of ask(
      hosts.map((host) => ({ host, origin })),
      [origin],
    )) {
      expect(outcome).to.deep.equal({ passedAs: "http://localhost:3000" });
    }
    const [plain, other] = ask(
      [
        { host: "chat.example.com", origin: "http://chat.example.com" },
        { host: "chat.example.com", origin: "https://evil.example" },
      ],
      [origin],
    );
    expect(plain?.refused?.status).to.equal(403);
    expect(other?.refused?.status).to.equal(403);
  });

  it("are asked of nobody who opens a page or calls from a program", () => {
    expect(ask([{ host: "localhost:3000" }])).to.deep.equal([{ passedAs: null }]);
  });

  it("say in the refusal which one is missing, and where to add it", () => {
    const [outcome] = ask([{ host: "localhost:3000", origin: "https://chat.example.com" }]);

    expect(outcome?.refused?.body)
      .to.include("https://chat.example.com")
      .and.include("OPENWEBUI_ADDRESSES");
  });
});

describe("Open WebUI's page", () => {
  it("has all of its server in the image", () => {
    const folder = join(import.meta.dirname, "../../../infra/services/open-webui");
    const files = readdirSync(join(folder, "server"), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => `server/${name}`);

    expect(Object.keys(contextFileHashes(folder))).to.include.members(files);
  });

  it("says that the model is a small one, where it is", () => {
    const bannersWith = (overrides: Readonly<Record<string, string>>) =>
      openWebui(settingsWith(overrides), testSources.readText).environment["WEBUI_BANNERS"];

    expect(bannersWith({})).to.include("often wrong");
    expect(bannersWith({ OPENROUTER_API_KEY: "a-key" })).to.equal("[]");
  });

  it("offers to begin with what its model can do", () => {
    const offeredWith = (overrides: Readonly<Record<string, string>>) => {
      const { environment } = openWebui(settingsWith(overrides), testSources.readText);
      const text = environment["DEFAULT_PROMPT_SUGGESTIONS"] as string;
      return (JSON.parse(text) as { content: string }[]).map(({ content }) => content).join("\n");
    };

    expect(offeredWith({})).not.to.match(/web|document|Remember/);
    expect(offeredWith({ OPENROUTER_API_KEY: "a-key" })).to.match(/web[^]*Remember[^]*document/);
  });

  it("sends questions about documents so that the agent knows the question", () => {
    const { environment } = openWebui(settingsWith(), testSources.readText);
    const template = environment["RAG_TEMPLATE"] as string;

    // Open WebUI puts the question below the template, on its own line.
    const content = `${template.replace("{{CONTEXT}}", "A page.")}\nWhat is it?`;
    expect(template).to.include("{{CONTEXT}}");
    expect(asAsked({ role: "user", content }).content).to.equal("What is it?");
  });

  it("shows the agent to every account", () => {
    const { environment } = openWebui(settingsWith(), testSources.readText);

    expect(environment).to.include({ BYPASS_MODEL_ACCESS_CONTROL: "true" });
  });
});

describe("OPENWEBUI_ADDRESSES", () => {
  it("is read into origins as a browser writes them", () => {
    expect(
      parsePageAddresses(" https://Chat.Example.com:443/ ,http://10.0.0.2:8080"),
    ).to.deep.equal(["https://chat.example.com", "http://10.0.0.2:8080"]);
    expect(parsePageAddresses("")).to.deep.equal([]);
  });

  for (const wrong of [
    "chat.example.com",
    "https://chat.example.com/ui",
    "ftp://chat.example.com",
    "https://ada:secret@chat.example.com",
    "https://*.example.com",
    "*",
  ]) {
    it(`refuses ${wrong}`, () => {
      expect(() => settingsWith({ OPENWEBUI_ADDRESSES: wrong })).to.throw(/OPENWEBUI_ADDRESSES/);
    });
  }

  it("makes its first address the one in Open WebUI's links", () => {
    const addresses = "https://chat.example.com,https://chat.internal";
    const { environment } = openWebui(
      settingsWith({ OPENWEBUI_ADDRESSES: addresses }),
      testSources.readText,
    );

    expect(environment).to.include({
      WEBUI_URL: "https://chat.example.com",
      CORS_ALLOW_ORIGIN: "https://chat.example.com",
      OPENWEBUI_ADDRESSES: addresses,
    });
    expect(
      openWebui(settingsWith({ OPENWEBUI_PORT: "3100" }), testSources.readText).environment,
    ).to.include({
      WEBUI_URL: "http://localhost:3100",
      OPENWEBUI_ADDRESSES: "",
    });
  });
});
