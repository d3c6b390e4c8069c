/** Has a probe of infra/images check once, where it would stay for a minute; nothing to other commands. */
export const checkOnce: readonly string[] = ["PROBE_ONCE=1"];
