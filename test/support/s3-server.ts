import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { goCompiler } from "../../cli/toolchain/go-compiler.ts";
import { toolchainDirectory } from "../../cli/toolchain/toolchain-directory.ts";
import { eventually } from "./eventually.ts";
import { freePorts } from "./free-ports.ts";

const source = "github.com/versity/versitygw/cmd/versitygw@v1.8.0";
const login = { AWS_ACCESS_KEY_ID: "of-a-test", AWS_SECRET_ACCESS_KEY: "secret-of-a-test" };

/** A real S3 server on loopback: the Versity gateway, built from Go modules, in front of a folder. */
export class S3Server {
  /** What a client needs in its environment. */
  readonly login: Readonly<Record<string, string>> = login;
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #port: number;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#process = child;
    this.#folder = folder;
    this.#port = port;
  }

  /** @param bucket is there when it starts. */
  static async start(bucket: string): Promise<S3Server> {
    const folder = mkdtempSync(join(tmpdir(), "s3-server-"));
    const executable = await build(join(folder, "bin"));
    const [buckets, sidecar] = [join(folder, "buckets"), join(folder, "sidecar")];
    mkdirSync(join(buckets, bucket), { recursive: true });
    mkdirSync(sidecar);
    const [port = 0] = await freePorts(1);
    const words = [
      "--port",
      `127.0.0.1:${port}`,
      "--quiet",
      "posix",
      "--sidecar",
      sidecar,
      buckets,
    ];
    const keys = {
      ROOT_ACCESS_KEY: login.AWS_ACCESS_KEY_ID,
      ROOT_SECRET_KEY: login.AWS_SECRET_ACCESS_KEY,
    };
    const child = spawn(executable, words, { stdio: "ignore", env: { ...process.env, ...keys } });
    const server = new S3Server(child, folder, port);
    const answers = () =>
      fetch(server.endpoint).then(
        () => true,
        () => false,
      );
    await eventually(answers, "the S3 server answers");
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Where the objects of a bucket are on this machine. */
  folderOf(bucket: string): string {
    return join(this.#folder, "buckets", bucket);
  }

  async stop(): Promise<void> {
    const ended = once(this.#process, "exit");
    this.#process.kill();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Minutes where nothing is in Go's cache, seconds afterwards. */
async function build(folder: string): Promise<string> {
  const compiler = await goCompiler({
    root: toolchainDirectory(process.env),
    environment: process.env,
    report: () => undefined,
    signal: undefined,
  });
  execFileSync(compiler.executable, ["install", source], {
    env: {
      ...process.env,
      ...compiler.environment,
      GOBIN: folder,
      CGO_ENABLED: "0",
      GOFLAGS: "-mod=mod",
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  return join(folder, "versitygw");
}
