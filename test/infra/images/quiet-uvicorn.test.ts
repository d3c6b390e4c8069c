import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";

const source = readFileSync(
  join(import.meta.dirname, "../../../infra/images/quiet_uvicorn.py"),
  "utf8",
);

/** As much of uvicorn's server as decides when it ends. */
const uvicorn = `
class Server:
    should_exit = False
    counters = []
    async def on_tick(self, counter):
        self.counters.append(counter)
        return self.should_exit
    def handle_exit(self, sig, frame):
        self.should_exit = True
`;
const program = `
import os, signal, threading, time
server = uvicorn.Server()
signal.signal(signal.SIGTERM, server.handle_exit)
threading.Timer(1.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
began = time.monotonic()
asyncio.run(server.main_loop())
print(server.counters, time.monotonic() - began)
`;

describe("uvicorn's loop", () => {
  it("looks once a second, as if it had ticked ten times, and ends as soon as it is told to", () => {
    const folder = mkdtempSync(join(tmpdir(), "quiet-uvicorn-"));
    try {
      mkdirSync(join(folder, "uvicorn"));
      writeFileSync(join(folder, "uvicorn/__init__.py"), uvicorn);

      const said = execFileSync("python3", ["-B", "-c", `${source}${program}`], {
        env: { ...process.env, PYTHONPATH: folder },
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
