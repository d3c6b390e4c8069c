import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

type Values = Readonly<Record<string, unknown>>;

interface Outcome {
  /** What the database has of each start. */
  readonly stored: readonly Values[];
  /** What Open WebUI reads after the last one. */
  readonly read: Values;
}

/** One start: the environment's values, and what an administrator changes in the page afterwards. */
interface Start {
  readonly environment: Values;
  readonly changes?: Values;
}

const agent = "http://agent:8000/v1";
const base = {
  "openai.api_base_urls": [agent],
  "openai.api_keys": ["key-1"],
  "openai.api_configs": { 0: { enable: true, headers: { "X-Task": "t" } } },
  "ui.banners": [],
  "ui.prompt_suggestions": ["first"],
  "rag.openai.api_key": "master-1",
  "webui.url": "http://localhost:3000",
  "rag.template": "theirs",
};

/** The very code that runs in the container, over the rules by which Open WebUI keeps settings. */
function run(starts: readonly Start[]): Outcome {
  const driver = `
import asyncio, copy, json, logging, sys
from kept_settings import KeptSettings
logging.disable()
rows, stored = {}, []

def new_config(environment):
    class Config:
        DEFAULTS = dict(environment)
        @classmethod
        def persistent_enabled_for(cls, key): return not key.startswith("oauth.")
        @staticmethod
        async def get_all(): return copy.deepcopy(rows)
        @staticmethod
        async def upsert(updates):
            for key, value in updates.items():
                if Config.persistent_enabled_for(key): rows[key] = copy.deepcopy(value)
                else: Config.DEFAULTS[key] = value
        @staticmethod
        def get(key):
            stored = Config.persistent_enabled_for(key) and key in rows
            return rows[key] if stored else Config.DEFAULTS.get(key)
    return Config

async def main():
    for start in json.load(sys.stdin):
        config = new_config(start["environment"])
        async def application(scope, receive, send):
            for key, value in config.DEFAULTS.items():
                if config.persistent_enabled_for(key) and key not in rows: rows[key] = copy.deepcopy(value)
        await KeptSettings(application, config)({"type": "lifespan"}, None, None)
        await config.upsert(start.get("changes", {}))
        stored.append({key: value for key, value in rows.items() if key != "agent_stack.environment"})
    print(json.dumps({"stored": stored, "read": {key: config.get(key) for key in config.DEFAULTS}}))

asyncio.run(main())
`;
  const folder = join(import.meta.dirname, "../../../infra/services/open-webui/server");
  const output = execFileSync("python3", ["-B", "-c", driver], {
    input: JSON.stringify(starts),
    env: { ...process.env, PYTHONPATH: folder },
    encoding: "utf8",
  });
  return JSON.parse(output) as Outcome;
}

describe("settings of Open WebUI", () => {
  it("stay as an administrator changed them", () => {
    const changes = { "ui.prompt_suggestions": ["mine"], "rag.template": "mine" };

    expect(run([{ environment: base, changes }, { environment: base }]).read).to.deep.include(
      changes,
    );
  });

  it("follow the environment where nobody changed them", () => {
    const later = { ...base, "ui.prompt_suggestions": ["second"], "rag.template": "newer" };
    const changes = { "rag.template": "mine" };
    const starts = [
      { environment: base },
      { environment: base, changes },
      { environment: later },
      { environment: later },
    ];

    expect(run(starts).read).to.include({ "rag.template": "mine" });
    expect(run(starts).read["ui.prompt_suggestions"]).to.deep.equal(["second"]);
  });

  it("of the stack's own parts are the environment's at each start, and are not stored", () => {
    const later = { ...base, "rag.openai.api_key": "master-2", "webui.url": "https://chat.test" };
    const changes = { "rag.openai.api_key": "wrong", "webui.url": "wrong" };
    const { stored, read } = run([{ environment: base, changes }, { environment: later }]);

    expect(read).to.include({ "rag.openai.api_key": "master-2", "webui.url": "https://chat.test" });
    expect(JSON.stringify(stored)).not.to.match(/master|wrong/);
  });

  it("keep the connections that an administrator added beside the agent's, whose key may change", () => {
    const added = {
      "openai.api_base_urls": ["https://one.test", agent, "https://two.test"],
      "openai.api_keys": ["one", "key-1"],
      "openai.api_configs": { 0: { enable: true }, 1: { enable: true }, 2: { prefix_id: "two" } },
    };
    const later = { ...base, "openai.api_keys": ["key-2"] };
    const { read } = run([{ environment: base, changes: added }, { environment: later }]);

    expect(read["openai.api_base_urls"]).to.deep.equal(added["openai.api_base_urls"]);
    expect(read["openai.api_keys"]).to.deep.equal(["one", "key-2", ""]);
    expect(read["openai.api_configs"]).to.deep.equal({
      ...added["openai.api_configs"],
      1: base["openai.api_configs"][0],
    });
  });

  it("put the connection to the agent back, and leave it off where it was switched off", () => {
    const removed = {
      "openai.api_base_urls": ["https://one.test"],
      "openai.api_keys": ["one"],
      "openai.api_configs": { 0: { prefix_id: "one" } },
    };
    const off = { "openai.api_configs": { 0: { enable: false } } };

    const { read } = run([{ environment: base, changes: removed }, { environment: base }]);
    expect(read["openai.api_base_urls"]).to.deep.equal([agent, "https://one.test"]);
    expect(read["openai.api_keys"]).to.deep.equal(["key-1", "one"]);
    expect(read["openai.api_configs"]).to.deep.equal({
      0: base["openai.api_configs"][0],
      1: { prefix_id: "one" },
    });
    expect(
      run([{ environment: base, changes: off }, { environment: base }]).read["openai.api_configs"],
    ).to.deep.equal({ 0: { ...base["openai.api_configs"][0], enable: false } });
  });

  it("have the banner of the small model where it answers, beside an administrator's", () => {
    const small = { ...base, "ui.banners": [{ id: "small-model", content: "small" }] };
    const changes = { "ui.banners": [{ id: "mine", content: "mine" }] };

    const added = run([{ environment: base, changes }, { environment: small }]);
    expect(added.read["ui.banners"]).to.deep.equal([
      ...small["ui.banners"],
      changes["ui.banners"][0],
    ]);
    const gone = run([
      { environment: base, changes },
      { environment: small },
      { environment: base },
    ]);
    expect(gone.read["ui.banners"]).to.deep.equal(changes["ui.banners"]);
  });
});
