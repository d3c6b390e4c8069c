import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect } from "chai";

interface World {
  readonly administrator?: { readonly settings: object | null };
  readonly hasEntry?: boolean;
  readonly fails?: boolean;
}

interface Outcome {
  /** What the server was told, in order; "served" is a request that came through. */
  readonly messages: readonly string[];
  readonly entries: readonly {
    readonly id: string;
    readonly name: string;
    readonly image: string;
  }[];
  readonly settings: readonly object[];
}

/** The very code that runs in the container, over what it needs of Open WebUI. */
function start(world: World): Outcome {
  const driver = `
import asyncio, json, logging, sys
from types import SimpleNamespace
from first_start import FirstStart, set_up_of
logging.disable()
world = json.load(sys.stdin)
out = {"messages": [], "entries": [], "settings": []}

class Users:
    async def get_super_admin_user(self):
        if world.get("fails"): raise RuntimeError("no database")
        found = world.get("administrator")
        return found and SimpleNamespace(id="admin", **found)
    async def update_user_settings_by_id(self, id, settings):
        out["settings"].append(settings)

class Models:
    async def get_model_by_id(self, id):
        return {"id": id} if world.get("hasEntry") else None
    async def insert_new_model(self, entry, user_id):
        image = entry["meta"]["profile_image_url"][:22]
        out["entries"].append({"id": entry["id"], "name": entry["name"], "image": image})

async def application(scope, receive, send):
    if scope["type"] == "lifespan": await send({"type": "lifespan.startup.complete"})
    else: await send({"type": "served"})

async def main():
    app = FirstStart(application, set_up_of(Models(), Users(), dict, "planner"))
    async def send(message): out["messages"].append(message["type"])
    await app({"type": "lifespan"}, None, send)
    await app({"type": "http"}, None, send)

asyncio.run(main())
print(json.dumps(out))
`;
  const folder = join(import.meta.dirname, "../../../infra/services/open-webui/server");
  const output = execFileSync("python3", ["-B", "-c", driver], {
    input: JSON.stringify(world),
    env: { ...process.env, PYTHONPATH: folder },
    encoding: "utf8",
  });
  return JSON.parse(output) as Outcome;
}

const served = ["lifespan.startup.complete", "served"];

describe("a new Open WebUI", () => {
  it("gets a name and an icon for the agent, and no release notes for its administrator", () => {
    expect(start({ administrator: { settings: null } })).to.deep.equal({
      messages: served,
      entries: [{ id: "planner", name: "Assistant", image: "data:image/png;base64," }],
      settings: [{ ui: { showChangelog: false } }],
    });
  });

  it("keeps what an administrator has changed since", () => {
    const changed = {
      administrator: { settings: { ui: { showChangelog: true } } },
      hasEntry: true,
    };

    expect(start(changed)).to.deep.equal({ messages: served, entries: [], settings: [] });
  });

  it("starts without an administrator, and where its database refuses", () => {
    for (const world of [{}, { fails: true }]) {
      expect(start(world)).to.deep.equal({ messages: served, entries: [], settings: [] });
    }
  });
});
