// Plain JavaScript, so that an old Node can still say what it lacks instead of failing on `.ts`.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `This program needs Node 22.18 or newer and runs on ${process.versions.node}.\n` +
      "Put a newer Node first on PATH, or run it as: ./stack pulumi up",
  );
  process.exit(1);
}
export const { addresses } = await import("./index.ts");
