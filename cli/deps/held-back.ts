/** Packages that stay in a line of versions on purpose, and why; newer ones within it still count. */
export const heldBack: Readonly<
  Record<string, { readonly parts: number; readonly because: string } | undefined>
> = {
  "@types/node": { parts: 1, because: "it describes the Node that runs the stack" },
  "@types/tar-stream": { parts: 1, because: "it describes tar-stream, which stays" },
  "tar-stream": { parts: 1, because: "dockerode brings the same one" },
  yargs: { parts: 1, because: "as modules, from 18 on, it takes as long to load as Node to start" },
  typescript: { parts: 1, because: "typescript-eslint and Pulumi don't take a newer major yet" },
};
