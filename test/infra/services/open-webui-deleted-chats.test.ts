import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect } from "chai";

const folder = join(import.meta.dirname, "../../../infra/services/open-webui/server");

interface World {
  /** What is due, round by round; "deleted" where the next round waits for a request that deletes. */
  readonly due: readonly (readonly string[])[];
  /** Of which the agent wants to hear nothing yet. */
  readonly refused?: readonly string[];
  /** Whether the database can't be read at first. */
  readonly databaseIsAway?: boolean;
}

/** The very code that runs in the container, over a list in memory and an agent that notes what it is told. */
function work(world: World): { readonly said: readonly string[] } {
  const driver = `
import asyncio, json, logging, sys
import deleted_chats
from deleted_chats import DeletedChats
logging.disable()
deleted_chats.pause_seconds = 0.01 if json.loads(sys.argv[1]) else 60
world = json.load(sys.stdin)
said = []
rounds = list(world["due"])

class Store:
    tries = 0
    async def prepare(self):
        self.tries += 1
        if world.get("databaseIsAway") and self.tries == 1: raise RuntimeError("away")
        said.append("prepared")
    async def due(self): return rounds.pop(0) if rounds else []
    async def told(self, chat): said.append("told " + chat)
    async def failed(self, chat): said.append("failed " + chat)

async def tell(chat):
    if chat in world.get("refused", []): raise RuntimeError("it answered 503")

async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        await receive()
    else: said.append("answered " + scope["method"])

async def main():
    app = DeletedChats(application, Store(), tell)
    stop = asyncio.Event()
    async def send(message): pass
    async def receive(): await stop.wait()
    life = asyncio.create_task(app({"type": "lifespan"}, receive, send))
    async def until_done():
        while rounds and rounds[0] != ["deleted"]: await asyncio.sleep(0.001)
        for _ in range(20): await asyncio.sleep(0)
    await asyncio.wait_for(until_done(), 20)
    await app({"type": "http", "method": "GET"}, None, send)
    await asyncio.wait_for(until_done(), 20)
    if rounds: rounds.pop(0)
    await app({"type": "http", "method": "DELETE"}, None, send)
    await asyncio.wait_for(until_done(), 20)
    stop.set()
    await life
    said.append(f"{len(asyncio.all_tasks()) - 1} left")

asyncio.run(main())
print(json.dumps({"said": said}))
`;
  const looksOften = JSON.stringify(world.databaseIsAway === true);
  const output = execFileSync("python3", ["-B", "-c", driver, looksOften], {
    input: JSON.stringify(world),
    env: { ...process.env, PYTHONPATH: folder },
    encoding: "utf8",
  });
  return JSON.parse(output) as { said: string[] };
}

describe("a chat that was deleted in Open WebUI", () => {
  it("is told to the agent at the start, and behind a request that deletes", () => {
    expect(work({ due: [["a"], [], ["deleted"], ["b", "c"], []] }).said).to.deep.equal([
      "prepared",
      "told a",
      "answered GET",
      "answered DELETE",
      "told b",
      "told c",
      "0 left",
    ]);
  });

  it("is told later where the agent can't delete it yet, and keeps no other", () => {
    expect(work({ due: [["a", "b"]], refused: ["a"] }).said).to.include.members([
      "failed a",
      "told b",
    ]);
  });

  it("is told once the database is there", () => {
    const { said } = work({ due: [["a"]], databaseIsAway: true });

    expect(said.slice(0, 2)).to.deep.equal(["prepared", "told a"]);
  });
});

/** Each statement by its name, as the server reads them. */
function statements(): ReadonlyMap<string, string> {
  const [, ...parts] = readFileSync(join(folder, "deleted_chats.sql"), "utf8").split(
    /^-- (\w+)\n/m,
  );
  return new Map(
    parts.flatMap((part, index) =>
      index % 2 === 0 ? [[part, parts[index + 1]?.replaceAll(":chat_id", "$1") ?? ""]] : [],
    ),
  );
}

describe("the list of deleted chats", function () {
  this.timeout(60_000);
  const named = statements();
  let database: PGlite;
  before(async () => {
    database = await PGlite.create();
    await database.exec("CREATE TABLE chat (id text PRIMARY KEY, user_id text, archived boolean)");
    // At each start.
    for (const name of ["table", "function", "trigger", "table", "function", "trigger"]) {
      await run(name);
    }
  });
  after(() => database.close());
  beforeEach(() => database.exec("DELETE FROM chat; DELETE FROM agent_stack_deleted_chats"));

  async function run(name: string, ...values: string[]) {
    return (await database.query<{ chat_id: string }>(named.get(name) ?? "", values)).rows;
  }
  const due = async () => (await run("due")).map(({ chat_id }) => chat_id);
  const addChats = (...ids: string[]) =>
    database.query("INSERT INTO chat SELECT id, 'ada' FROM unnest($1::text[]) AS id", [ids]);
  /** As if so many minutes had gone by. */
  const later = (minutes: number) =>
    database.query(
      `UPDATE agent_stack_deleted_chats SET deleted_at = deleted_at - make_interval(mins => $1),
              due_at = due_at - make_interval(mins => $1)`,
      [minutes],
    );
  const told = async (chat: string) => {
    await run("told", chat);
    await run("forgotten", chat);
  };
  const left = async () => (await database.query("SELECT FROM agent_stack_deleted_chats")).rows;

  it("has each chat however it was deleted, and no archived one", async () => {
    await addChats("a", "b", "c", "d");
    await database.exec("UPDATE chat SET archived = true WHERE id = 'd'");
    await database.exec("DELETE FROM chat WHERE id = 'a'");
    await database.exec("DELETE FROM chat WHERE user_id = 'ada' AND archived IS NOT TRUE");

    expect((await due()).toSorted()).to.deep.equal(["a", "b", "c"]);
  });

  it("has none whose deletion was rolled back", async () => {
    await addChats("a");
    await database.exec("BEGIN; DELETE FROM chat; ROLLBACK");

    expect(await due()).to.deep.equal([]);
  });

  it("has a chat again ten minutes after it was told, and then no more", async () => {
    await addChats("a");
    await database.exec("DELETE FROM chat");
    await told("a");
    expect(await due()).to.deep.equal([]);
    await later(9);
    expect(await due()).to.deep.equal([]);
    await later(2);
    expect(await due()).to.deep.equal(["a"]);
    await told("a");

    expect(await left()).to.have.length(0);
  });

  it("has a chat until it could be told, however long that takes", async () => {
    await addChats("a");
    await database.exec("DELETE FROM chat");
    for (let attempt = 0; attempt < 20; attempt += 1) {
      expect(await due()).to.deep.equal(["a"]);
      await run("failed", "a");
      expect(await due()).to.deep.equal([]);
      await later(6);
    }
    await told("a");

    expect(await left()).to.have.length(0);
  });

  it("has no chat that is there again", async () => {
    await addChats("a", "b");
    await database.exec("DELETE FROM chat");
    await addChats("a");
    await run("returned");

    expect(await due()).to.deep.equal(["b"]);
  });
});
