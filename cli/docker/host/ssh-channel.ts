import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { channelWords, type SshDestination } from "./ssh-destination.ts";
import { sshFailure } from "./ssh-failure.ts";

const keptErrorCharacters = 4096;
/** An SSH server drops some of more than ten connections that have not logged in yet (MaxStartups). */
const mostLoggingIn = 6;
/** When a login counts as over though nothing has come back: the other side may have nothing to say. */
const loginMs = 3000;

let loggingIn = 0;
const waiting: (() => void)[] = [];

/** What a connection is for: a command over there, or options of `ssh` such as a forward. */
export interface ChannelUse {
  readonly options?: readonly string[];
  readonly command?: readonly string[];
}

/**
 * One connection through the `ssh` command: what is written goes to its standard input, what is read
 * comes from its standard output. It fails with a StackError made of what the command wrote on standard error.
 *
 * It can be the socket of an HTTP request: the methods for a socket's timers and tuning do nothing.
 */
export class SshChannel extends Duplex {
  readonly #destination: SshDestination;
  #child: ChildProcessWithoutNullStreams | undefined;
  #stderr = "";
  #leave: () => void;
  /** A write that can't be finished; the end of the process says why. */
  #stuck: ((error: Error) => void) | undefined;

  constructor(destination: SshDestination, use: ChannelUse, program = "ssh") {
    // When the process has ended, both directions have.
    super({ allowHalfOpen: false });
    this.#destination = destination;
    const enter = () => {
      loggingIn += 1;
      const timer = setTimeout(() => {
        this.#leave();
      }, loginMs).unref();
      this.#leave = () => {
        this.#leave = () => undefined;
        clearTimeout(timer);
        loggingIn -= 1;
        waiting.shift()?.();
      };
      this.#open(program, channelWords(destination, use));
    };
    this.#leave = () => {
      waiting.splice(waiting.indexOf(enter), 1);
    };
    if (loggingIn < mostLoggingIn) enter();
    else waiting.push(enter);
  }

  #open(program: string, words: readonly string[]): void {
    // In its own session: Ctrl-C is ours to answer, and there is no terminal to ask on.
    const detached = process.platform !== "win32";
    const child = spawn(program, words, { stdio: "pipe", detached, windowsHide: true });
    this.#child = child;
    child.stdout.on("data", (chunk: Buffer) => {
      this.#leave();
      if (!this.push(chunk)) child.stdout.pause();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString("utf8")).slice(-keptErrorCharacters);
    });
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => {
      this.#end(error);
    });
    // Not "close": a connection that is shared and kept may hold standard error open for long after.
    const exited = new Promise<number | null>((resolve) => {
      child.once("exit", resolve);
    });
    child.stdout.once("end", () => {
      void exited.then((code) => {
        const why = this.#stderr.trim() || `${program} ended with exit code ${code ?? "none"}`;
        this.#end(code === 0 ? undefined : new Error(why));
      });
    });
    this.emit("open");
  }

  #end(error: Error | undefined): void {
    this.#leave();
    const failure = error && sshFailure(this.#destination, error);
    if (this.#stuck) this.#stuck(failure ?? new Error("The connection was closed."));
    else if (failure) this.destroy(failure);
    else this.push(null);
  }

  override _read(): void {
    this.#child?.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#whenOpen((child) => {
      this.#stuck = done;
      child.stdin.write(chunk, (error) => {
        if (error) return;
        this.#stuck = undefined;
        done();
      });
    });
  }

  override _final(done: (error?: Error) => void): void {
    this.#whenOpen((child) => {
      child.stdin.end();
      done();
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#leave();
    this.#child?.kill();
    done(error);
  }

  #whenOpen(work: (child: ChildProcessWithoutNullStreams) => void): void {
    const child = this.#child;
    if (child) work(child);
    else {
      this.once("open", () => {
        this.#whenOpen(work);
      });
    }
  }

  setKeepAlive(): this {
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setTimeout(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
}
