import type { Port, ServiceName } from "./services/endpoints.ts";

/** What a service is, as data. `render-container.ts` turns it into a container. */
export interface ServiceSpec {
  /** The name in every command, and the host name inside the stack's network. */
  readonly name: ServiceName;
  /** What it is for, in a few words. */
  readonly summary: string;
  readonly image: BuiltImage | PulledImage;
  /** Replaces the image's own entry point. */
  readonly entrypoint?: readonly string[];
  /** Replaces the image's own command. */
  readonly command?: readonly string[];
  /** What has to be done in its volumes before it starts. */
  readonly preparation?: Preparation;
  /** How it runs from the clone's own source while somebody works on it. */
  readonly liveSource?: LiveSource;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly ports: readonly Port[];
  readonly mounts: readonly Mount[];
  /** Configuration that is inside the container, so that an edit replaces exactly this one. */
  readonly files: readonly ConfigFile[];
  /** Paths in memory, with their mount options: `{"/tmp": "size=64m"}`. */
  readonly tmpfs: Readonly<Record<string, string>>;
  /** "uid:gid" of the process. */
  readonly user: string;
  readonly healthcheck: Healthcheck;
  readonly memoryMegabytes: number;
  /**
   * What it uses after its start and some use, as measured in docs/figures.md; of a published image that
   * was not run there, an estimate.
   */
  readonly usualMegabytes: number;
  readonly sharedMemoryMegabytes?: number;
  /** How long it may take to close its files after SIGTERM. */
  readonly stopGraceSeconds: number;
  /** How long its replacement leaves the stack without it, as measured in docs/figures.md; for previews. */
  readonly replacementSeconds?: number;
  /** True where it works by calling hosts on the internet, and so needs the company's proxy. */
  readonly callsOut?: true;
  /** True where it may call what runs on the engine's machine itself: `host.docker.internal` names that. */
  readonly reachesHost?: true;
  /** Services that it needs to be useful. It starts without them, and goes on where one of them goes away. */
  readonly dependsOn: readonly ServiceName[];
  /**
   * Those of them that are healthy before its container is made, and that the engine removes after it. A
   * service starts without these, too: docker starts containers in any order after a reboot.
   */
  readonly startsAfter: readonly ServiceName[];
}

/** Text that is shown nowhere and encrypted in the state. */
export interface Secret {
  readonly secret: string;
}

/** An image of ours, built from a folder of this repository. */
export interface BuiltImage {
  /** The folder whose `.dockerignore`-filtered content is the build context. */
  readonly context: string;
  /** Relative to the context. */
  readonly dockerfile: string;
  /** The published image that it starts from: the Dockerfile's argument PUBLISHED. */
  readonly from?: string;
}

/** An image that its own project publishes in a registry. */
export interface PulledImage {
  /** "repository:tag", with "@sha256:…" behind it where the digest is locked. */
  readonly reference: string;
}

export interface Mount {
  /** Tells the volumes of one format apart: "data", "storage". */
  readonly volume: string;
  readonly path: string;
  /**
   * Who can read the data: "postgres-18". It is part of the volume's name, so a service never opens
   * what another format's left.
   */
  readonly dataFormat: string;
  /** True for what can be downloaded again: no backup has it, and no restore changes it. */
  readonly refetchable?: true;
}

/**
 * A container that ends by itself, and must end well before its service starts. It has the service's
 * mounts and user, is confined as services are, and does nothing where all is done already.
 */
export interface Preparation {
  /** In every command and in the state; no service's name. */
  readonly name: string;
  readonly image: BuiltImage;
  readonly environment: Readonly<Record<string, string | Secret>>;
  readonly memoryMegabytes: number;
  /** True where it reaches the internet: it goes through the proxy that is set, or the shell's. */
  readonly callsOut?: true;
  /** Texts that say what it makes: it runs again when one of them changes, or its image. */
  readonly triggers: readonly string[];
}

/** Source of ours that `up --bind-mounts` shows the container in place of the image's copy. */
export interface LiveSource {
  /** From the repository's root. */
  readonly folder: string;
  /** Where the container sees it, read-only. */
  readonly path: string;
  /** Starts it from there, and again after a change. */
  readonly command: readonly string[];
}

export interface ConfigFile {
  readonly path: string;
  readonly content: string;
}

export interface Healthcheck {
  /** Runs inside the container; exit 0 is healthy. */
  readonly command: readonly string[];
  /**
   * True for a probe of infra/images: it is told HEALTH_INTERVAL and the start period as two more arguments
   * and waits between its checks itself. Any other command is started again for each check.
   */
  readonly isProbe?: true;
  /** How long one check may take. */
  readonly timeoutSeconds: number;
  /** Failed checks in a row that make it unhealthy. */
  readonly retries: number;
  /** Failures this long after the start do not count. */
  readonly startPeriodSeconds: number;
}
