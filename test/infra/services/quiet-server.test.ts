import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const server = join(import.meta.dirname, "../../../infra/services/qdrant/server");

/** As much of uvicorn's server as decides when it ends. */
const uvicorn = `
class Config: pass
class Server:
    should_exit = False
    def __init__(self, config):
        self.counters = []
    async def on_tick(self, counter):
        self.counters.append(counter)
        return self.should_exit
    def handle_exit(self, sig, frame):
        self.should_exit = True
`;
const program = `
import asyncio, os, signal, threading, time
from quiet_server import QuietServer
server = QuietServer(None)
signal.signal(signal.SIGTERM, server.handle_exit)
threading.Timer(1.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
began = time.monotonic()
asyncio.run(server.main_loop())
print(server.counters, time.monotonic() - began)
`;

describe("Qdrant's server at rest", () => {
  it("looks once a second whether it is to end, and ends as soon as it is told to", () => {
    const folder = mkdtempSync(join(tmpdir(), "quiet-server-"));
    try {
      writeFileSync(join(folder, "uvicorn.py"), uvicorn);

      const said = execFileSync("python3", ["-B", "-c", program], {
        env: { ...process.env, PYTHONPATH: `${folder}:${server}` },
        encoding: "utf8",
      });

      const [, counters, seconds] = /^(\[.*\]) (.*)$/m.exec(said) ?? [];
      expect(JSON.parse(counters ?? "")).to.deep.equal([0, 10, 20]);
      expect(Number(seconds)).to.be.within(1.2, 1.9);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
