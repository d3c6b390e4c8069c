import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { dockerSource } from "../cli/toolchain/built-parts.ts";
import { goBuild } from "../cli/toolchain/go-build.ts";
import { goCompiler } from "../cli/toolchain/go-compiler.ts";
import { patchedSource } from "../cli/toolchain/patched-source.ts";
import { schemaFiles, schemaSource, withoutProse } from "../cli/toolchain/provider-schema.ts";
import { runProcess } from "../cli/os/run-process.ts";

// npm run schema:docker: writes the Docker provider's schema, after a change of resources.go or of its pins.
// The generator compiles 700 packages more than the provider, so `./stack up` never runs it.
const directory = await mkdtemp(path.join(tmpdir(), "provider-schema-"));
try {
  const say = (message: string) => {
    console.log(message);
  };
  const workplace = {
    ...{ root: path.join(directory, "go"), directory, environment: process.env, signal: undefined },
    ...{ report: () => undefined, say },
  };
  await mkdir(workplace.root);
  const compiler = await goCompiler(workplace);
  const source = { ...dockerSource, target: path.join(directory, "source") };
  await patchedSource(source, compiler, workplace);
  const generator = path.join(directory, "tfgen");
  const build = {
    ...{ subject: "schema generator", directory: source.target, package: "./cmd/tfgen" },
    ...{ flags: source.flags, output: generator, size: { packages: 1961, usually: "5 min" } },
  };
  await goBuild(build, compiler, workplace);
  const out = path.join(directory, "schema");
  await runProcess(generator, ["schema", "--out", out], {
    cwd: source.target,
    // It looks for plugins in Pulumi's home, and would make one.
    environment: { ...process.env, PULUMI_HOME: path.join(directory, "home") },
  });
  const schema: unknown = JSON.parse(await readFile(path.join(out, "schema.json"), "utf8"));
  await writeFile(schemaFiles.schema, `${JSON.stringify(withoutProse(schema), null, 1)}\n`);
  await writeFile(schemaFiles.source, `${schemaSource()}\n`);
  console.log(`${schemaFiles.schema} is written`);
} finally {
  await rm(directory, { recursive: true, force: true });
}
