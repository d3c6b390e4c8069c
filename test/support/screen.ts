import { Writable } from "node:stream";
// CommonJS whose types claim named exports.
import xterm from "@xterm/headless";

/** A terminal's screen as a person sees it: escapes move the cursor, long lines break. */
export class Screen extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows: number;
  readonly #terminal: xterm.Terminal;

  constructor(columns: number, rows: number) {
    super();
    this.columns = columns;
    this.rows = rows;
    this.#terminal = new xterm.Terminal({
      cols: columns,
      rows,
      allowProposedApi: true,
      // Without a kernel's terminal in between, nothing turns "\n" into a new line's beginning.
      convertEol: true,
    });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#terminal.write(chunk, done);
  }

  /** All lines down to the last that is not empty, those that have left the screen above included. */
  async lines(): Promise<string[]> {
    await this.#settled();
    return this.#all().map((line) => line.translateToString(true));
  }

  /** The lines that the terminal had to break. */
  async broken(): Promise<string[]> {
    await this.#settled();
    return this.#all()
      .filter((line) => line.isWrapped)
      .map((line) => line.translateToString(true));
  }

  /** This screen, for what asks for a stream of Node's own kind. */
  get stream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }

  #all(): xterm.IBufferLine[] {
    const { active } = this.#terminal.buffer;
    const lines = Array.from({ length: active.length }, (_, row) => active.getLine(row));
    const present = lines.filter((line) => line !== undefined);
    const last = present.findLastIndex((line) => line.translateToString(true) !== "");
    return present.slice(0, last + 1);
  }

  #settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#terminal.write("", resolve);
    });
  }
}
