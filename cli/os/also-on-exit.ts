/**
 * Has `action` done once: when the returned function is called, or when the process ends before, as it
 * does at a second Ctrl-C. Only what is done at once can be: nothing is waited for at the exit.
 */
export function alsoOnExit(action: () => void): () => void {
  const once = () => {
    process.off("exit", once);
    action();
  };
  process.once("exit", once);
  return once;
}
