import picocolors from "picocolors";

/**
 * Colours where a person looks on, and nowhere else.
 *
 * picocolors alone takes CI for a terminal, and what a script reads would be full of escapes.
 */
export const colours = picocolors.createColors(
  // Off a terminal isTTY is undefined, which createColors would take for "decide yourself".
  Boolean(picocolors.isColorSupported && process.stdout.isTTY && process.stderr.isTTY),
);
