import type { NetworkSettings } from "../../infra/network-settings.ts";

/** Everything that the engine and its plugins need to know of their surroundings. */
export interface Engine {
  /**
   * Its own and that of our other commands, but for the way to the tools. Names that must not be passed on
   * from our own environment are there as undefined.
   */
  readonly environment: NodeJS.ProcessEnv;
  /** How image builds reach the internet. */
  readonly network: NetworkSettings;
  /** The program itself: looked for at the first call, and downloaded or built where it is missing. */
  readonly program: () => Promise<EngineProgram>;
}

export interface EngineProgram {
  readonly executable: string;
  /** The engine's environment, with its plugins on PATH. */
  readonly environment: NodeJS.ProcessEnv;
}
