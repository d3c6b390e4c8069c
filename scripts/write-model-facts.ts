import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pythonPins } from "../cli/deps/python-pins.ts";
import { factsOf, type PricedModel } from "./model-facts/facts-of.ts";

// npm run facts:models: what LiteLLM's price map says of models that chat, taken from the wheel that
// infra/services/litellm pins. The host has no LiteLLM: doctor, up and deps check read this table.
const folder = join(import.meta.dirname, "../infra/services/litellm");
const text = (file: string) => readFileSync(join(folder, file), "utf8");
const pin = pythonPins("litellm", text("requirements.in"), text("requirements.txt")).find(
  ({ name }) => name === "litellm",
);
if (pin?.locked === undefined) throw new Error("requirements.txt locks no litellm.");

const map = JSON.parse(priceMap(pin.locked)) as Record<string, PricedModel>;
const models = factsOf(map);
writeFileSync(
  join(folder, "model-facts.json"),
  `${JSON.stringify({ litellm: pin.locked, models }, null, 2)}\n`,
);
console.log(`${Object.keys(models).length} models of LiteLLM ${pin.locked}`);

function priceMap(version: string): string {
  const scratch = mkdtempSync(join(tmpdir(), "model-facts-"));
  try {
    const platform = ["--only-binary", ":all:", "--platform", "manylinux_2_28_x86_64"];
    const wanted = ["--python-version", "3.11", `litellm==${version}`, "--no-deps"];
    const download = [
      "-m",
      "pip",
      "download",
      "--quiet",
      ...platform,
      ...wanted,
      "--dest",
      scratch,
    ];
    execFileSync("python3", download, { stdio: ["ignore", "ignore", "inherit"] });
    const [wheel = ""] = readdirSync(scratch);
    const member = "litellm/model_prices_and_context_window_backup.json";
    const print =
      "import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))";
    return execFileSync("python3", ["-c", print, join(scratch, wheel), member], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
