import picocolors from "picocolors";

// Off a terminal isTTY is undefined, whatever its type says.
const terminals: readonly (boolean | undefined)[] = [process.stdout.isTTY, process.stderr.isTTY];

/**
 * Colours where a person looks on, and nowhere else.
 *
 * picocolors alone takes CI for a terminal, and what a script reads would be full of escapes.
 */
export const colours = picocolors.createColors(
  picocolors.isColorSupported && terminals.every((terminal) => terminal === true),
);
