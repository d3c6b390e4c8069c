/**
 * node-lock.mjs PACKAGE-LOCK FOLDER: writes a package of one dependency, the Node binary for this
 * machine, with the version and hash that the repository's lockfile has for it. `npm ci` there
 * checks the hash, and installs none of the root's other packages.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { arch, argv } from "node:process";

const [lockfile, folder] = argv.slice(2);
const name = `node-linux-${arch}`;
const locked = JSON.parse(readFileSync(lockfile, "utf8")).packages[`node_modules/${name}`];
if (locked === undefined) throw new Error(`${lockfile} does not lock ${name}`);

const manifest = { name: "node-binary", private: true, dependencies: { [name]: locked.version } };
const packages = { "": manifest, [`node_modules/${name}`]: locked };
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
writeFileSync(
  join(folder, "package-lock.json"),
  JSON.stringify({ name: manifest.name, lockfileVersion: 3, requires: true, packages }),
);
