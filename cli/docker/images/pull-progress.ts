import { bytes } from "../../output/bytes.ts";

/** One line of the engine's answer to a pull. */
export interface PullEvent {
  readonly status?: string;
  /** The layer's short id; the tag, in the first line. */
  readonly id?: string;
  readonly progressDetail?: {
    readonly current?: number;
    readonly total?: number;
    /** "s" where the numbers are seconds. */
    readonly units?: string;
  };
  readonly error?: string;
}

interface Layer {
  /** Bytes to fetch; undefined until its download has begun. */
  total?: number;
  left: number;
  isFetched: boolean;
  isUnpacked: boolean;
}

/** How far a pull is, from the engine's events. */
export class PullProgress {
  readonly #layers = new Map<string, Layer>();
  readonly #last = new Map<string, string>();
  #waiting: string | undefined;
  /** True once the engine has begun a layer again by itself; it does so five times. */
  engineRetried = false;

  /**
   * Takes an event in.
   *
   * @returns whether anything moved: containerd's store repeats itself ten times a second.
   */
  take(event: PullEvent): boolean {
    const { id = "", status = "" } = event;
    const text = JSON.stringify(event);
    if (this.#last.get(id) === text) return false;
    this.#last.set(id, text);
    this.#waiting = /^Retrying in (\d+) second/.exec(status)?.[1];
    if (this.#waiting !== undefined) this.engineRetried = true;
    this.#takeLayer(id, status, event.progressDetail ?? {});
    return true;
  }

  #takeLayer(id: string, status: string, detail: NonNullable<PullEvent["progressDetail"]>): void {
    if (!layerStatus.test(status)) return;
    const layer = this.#layers.get(id) ?? { left: 0, isFetched: false, isUnpacked: false };
    this.#layers.set(id, layer);
    const { current, total } = detail;
    if (status === "Downloading" && current !== undefined && total !== undefined && total > 0) {
      // A layer that is taken up again counts from where it was: what is left is what stays true.
      layer.total = Math.max(layer.total ?? 0, total);
      layer.left = total - current;
    }
    if (fetchedStatus.test(status)) {
      layer.isFetched = true;
      layer.left = 0;
    }
    if (unpackedStatus.test(status)) layer.isUnpacked = true;
  }

  /** Bytes that have arrived. */
  get received(): number {
    return this.#sum(({ total = 0, left }) => total - left);
  }

  /** In a few words: "12.3 MB of 45.6 MB". */
  describe(): string {
    if (this.#waiting !== undefined) return `the connection broke; again in ${this.#waiting} s`;
    const layers = [...this.#layers.values()];
    if (layers.length === 0) return "pulling";
    const unpacked = layers.filter(({ isUnpacked }) => isUnpacked).length;
    if (layers.every(({ isFetched }) => isFetched)) {
      return `unpacking, ${unpacked} of ${layers.length} layers`;
    }
    // The engine says how large a layer is when it begins with it.
    const later = layers.filter(({ total, isFetched }) => total === undefined && !isFetched).length;
    const more = later === 0 ? "" : ` and ${later} more ${later === 1 ? "layer" : "layers"}`;
    const total = this.#sum((layer) => layer.total ?? 0);
    if (total === 0) return `pulling ${layers.length} ${layers.length === 1 ? "layer" : "layers"}`;
    return `pulling, ${bytes(this.received)} of ${bytes(total)}${more}`;
  }

  #sum(of: (layer: Layer) => number): number {
    return [...this.#layers.values()].reduce((sum, layer) => sum + of(layer), 0);
  }
}

const unpackedStatus = /^(Pull complete|Already exists)$/;
const fetchedStatus =
  /^(Verifying Checksum|Download complete|Extracting|Pull complete|Already exists)$/;
const layerStatus =
  /^(Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Pull complete|Already exists)$/;
