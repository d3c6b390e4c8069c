import type { DesiredStack } from "../../infra/desired-stack.ts";
import type { AppliedRecord } from "../../infra/applied-record.ts";

/** A stack that came up healthy, with all that it takes to bring it up again. */
export interface GoodStack {
  /** 1 had mounts without a data format. */
  readonly format: 2;
  /** When it was found healthy, as an ISO 8601 time; also its name. */
  readonly at: string;
  /** The commit of the work tree; undefined outside version control. */
  readonly commit: string | undefined;
  readonly stack: Omit<DesiredStack, "images" | "preparations">;
  /** What each service's container was started from: an image's id, or a pulled one's reference. */
  readonly images: Readonly<Record<string, string>>;
  /** True where a rollback brought it back. */
  readonly broughtBack: boolean;
}

/** The state of the stack when a rollback is asked for. */
export interface Standing {
  readonly applied: AppliedRecord | undefined;
  /** Every applied service is healthy, and state and world agree. */
  readonly healthy: boolean;
  /** An `up` began and did not end well. */
  readonly unfinished: boolean;
}
