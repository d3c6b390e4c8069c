import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect } from "chai";
import { dockerClient } from "../../cli/containers/docker-client.ts";
import { inWords } from "../../cli/in-words.ts";
import { StackError } from "../../infra/stack-error.ts";
import { freePorts } from "../support/free-ports.ts";
import { rejection } from "../support/rejection.ts";
import { scratchFolder } from "../support/scratch-folder.ts";

function words(error: unknown): StackError {
  const said = inWords(error);
  if (!(said instanceof StackError)) throw new Error(`not in words: ${String(error)}`);
  expect(said.remedy).not.to.equal("");
  return said;
}

async function thrownBy(action: () => unknown): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error("Nothing was thrown.");
}

/** As Node throws what no test can bring about everywhere. */
function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: said, open '${path}'`), { code, syscall: "open", path });
}

describe("what the system refuses", () => {
  const folder = scratchFolder();

  it("is a sentence about the file, for a folder and a file in the wrong place", async () => {
    mkdirSync(join(folder.path, ".env"));
    writeFileSync(join(folder.path, ".stack"), "");

    const asFile = await thrownBy(() => readFileSync(join(folder.path, ".env")));
    const asFolder = await thrownBy(() =>
      mkdirSync(join(folder.path, ".stack/state"), { recursive: true }),
    );
    const itself = await thrownBy(() =>
      mkdirSync(join(folder.path, ".stack"), { recursive: true }),
    );

    expect(words(asFile).message).to.match(/folder where a file is expected/);
    expect(words(asFolder).message).to.include(join(folder.path, ".stack"));
    expect(words(itself).message).to.include(join(folder.path, ".stack"));
  });

  it("is a sentence about the program that is missing or can't be started", async () => {
    const file = join(folder.path, "tool");
    writeFileSync(file, "");
    chmodSync(file, 0o644);
    const absent = "no-such-program";
    const [missing] = (await once(spawn(absent), "error")) as unknown[];
    const [closed] = (await once(spawn(file), "error")) as unknown[];

    expect(words(missing).message).to.equal("The program no-such-program was not found.");
    expect(words(closed).message).to.include("can't be started: permission denied");
  });

  for (const [code, sign] of [
    ["ENOSPC", /no space left on the disk of \/x\/file/],
    ["EDQUOT", /no space left/],
    ["EROFS", /\/x\/file can't be written: its disk is mounted read-only/],
    ["EACCES", /The user \S+ may not use \/x\/file/],
    ["EPERM", /may not use/],
    ["ENOENT", /\/x\/file is missing/],
    ["EMFILE", /Too many files/],
    ["EIO", /can't be used/],
  ] as const) {
    it(`is a sentence: ${code}`, () => {
      expect(words(systemError(code, "/x/file")).message).to.match(sign);
    });
  }

  const absent = "no-such-package";
  it("is a sentence about a package that npm has not brought whole", async () => {
    const missing = await thrownBy(() => import(absent));

    expect(words(missing).message).to.include("no-such-package");
    expect(words(missing).remedy).to.include("node_modules");
  });

  it("is a sentence about a fetch that reached nobody", async () => {
    const [port] = await freePorts(1);
    const error = await thrownBy(() => fetch(`http://127.0.0.1:${port ?? 0}/`));

    expect(words(error).message).to.include("A connection failed");
  });
});

describe("a bug of ours", () => {
  it("stays one", () => {
    const error = new TypeError("x is undefined");

    expect(inWords(error)).to.equal(error);
  });

  it("is a request that Docker calls wrong", () => {
    const error = Object.assign(new Error("(HTTP code 400) bad parameter"), { statusCode: 400 });

    expect(inWords(error)).to.equal(error);
  });
});

describe("a Docker engine", () => {
  const folder = scratchFolder();

  /** What the client throws where the engine answers in this way. */
  async function thrownWhere(
    answer: (end: (status: number, message: string) => void, drop: () => void) => void,
  ): Promise<unknown> {
    const path = join(folder.path, "docker.sock");
    const server = createServer((request, response) => {
      answer(
        (status, message) => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify({ message }));
        },
        () => request.socket.destroy(),
      );
    }).listen(path);
    await once(server, "listening");
    try {
      return await thrownBy(() => dockerClient({ host: `unix://${path}` }).info());
    } finally {
      server.close();
    }
  }

  it("that refuses is quoted, with where to look", async () => {
    const error = words(
      await thrownWhere((end) => {
        end(500, "layer store is broken");
      }),
    );

    expect(error.message).to.equal("Docker refused a request: layer store is broken.");
    expect(error.remedy).to.include("./stack doctor");
  });

  it("whose disk is full says so", async () => {
    const error = words(
      await thrownWhere((end) => {
        end(500, "write /x: no space left on device");
      }),
    );

    expect(error.message).to.include("Docker's disk is full");
  });

  it("that ends the connection, or is gone, is named with its address", async () => {
    const dropped = words(
      await thrownWhere((_, drop) => {
        drop();
      }),
    );
    const gone = await rejection(dockerClient({ host: "unix:///nonexistent/docker.sock" }).info());

    expect(dropped.message).to.match(/^The Docker engine at unix:.*docker\.sock does not answer/);
    expect(gone.message).to.include("unix:///nonexistent/docker.sock does not answer");
  });
});
