/**
 * Which fields the Docker provider changes on a container that runs. A change of any other field
 * makes a new container.
 *
 * Read from the provider's schema and its update function: that one hands only these to Docker, and
 * waits and grace periods are the provider's own business.
 */
export const changedWhileRunning: readonly string[] = [
  "restart",
  "memory",
  "memorySwap",
  "wait",
  "waitTimeout",
  "destroyGraceSeconds",
];

/**
 * Fields that the provider's schema calls changeable and its update function leaves alone: it says
 * "updated", and the container keeps what it had.
 */
export const replacedOnOurWord: readonly string[] = ["healthcheck", "tmpfs", "init"];
