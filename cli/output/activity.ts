/**
 * One step in the life of one thing being worked on (a tool, an image, a service).
 *
 * Every long operation reports through this one shape; `cli/output/` turns it into a live table,
 * plain lines or NDJSON. Nothing in here may carry a secret.
 */
export interface Activity {
  /** Groups the rows a user sees: the toolchain comes before the images, and so on. */
  readonly phase: "prepare" | "toolchain" | "docker" | "images" | "services" | "stack";
  /** What is being worked on, in the user's words: "Pulumi engine", "litellm". */
  readonly subject: string;
  readonly status: "waiting" | "running" | "done" | "failed" | "unchanged" | "warning";
  /** What is happening to it now, in a few words; empty when the status says it all. */
  readonly message: string;
}

export type Report = (activity: Activity) => void;

/** Shows activities as they come. */
export interface Reporter {
  readonly report: Report;
  /** Makes room for other output or a question; what is under way goes on afterwards. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Leaves the screen as it should stay. A later report starts a new table below. */
  readonly end: () => void;
}
