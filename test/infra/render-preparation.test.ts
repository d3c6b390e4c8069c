import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { volumeName } from "../../infra/render-container.ts";
import { renderPreparation } from "../../infra/render-preparation.ts";
import { desiredWith } from "../support/desired.ts";

const root = join(import.meta.dirname, "../..");
const registry = { IMAGE_SOURCE: "registry", HF_TOKEN: "hf_of-a-test" };

describe("a preparation", () => {
  const { identity, specs, preparations, images } = desiredWith(registry);

  for (const spec of specs) {
    const { preparation } = spec;
    if (!preparation) continue;
    const rendered = preparations.find(({ service }) => service === spec.name);
    if (!rendered) throw new Error(`${preparation.name} was not rendered.`);

    describe(preparation.name, () => {
      it("runs once and is removed, from an image that is here, under its service's limits", () => {
        expect(rendered.command).to.match(/^docker run --rm --init --pull never /);
        for (const words of [
          `--user ${spec.user}`,
          "--read-only",
          "--cap-drop ALL",
          "--security-opt no-new-privileges:true",
          `--memory ${preparation.memoryMegabytes}m --memory-swap ${preparation.memoryMegabytes}m`,
          `--network agent-stack-test`,
          `--label agent-stack.owner=${identity.owner}`,
          `--label agent-stack.preparation=${preparation.name}`,
        ]) {
          expect(rendered.command).to.include(words);
        }
      });

      it("mounts its service's volumes, and no folder of this machine", () => {
        for (const mount of spec.mounts) {
          const name = volumeName(identity, mount);
          expect(rendered.command).to.include(`--volume ${name}:${mount.path} `);
        }
        expect(rendered.command).not.to.match(/--(volume|mount) ["']?[/.~]/);
      });

      it("is passed its environment by name: no value is in its command, which state and ps show", () => {
        for (const [name, value] of Object.entries(rendered.environment)) {
          expect(rendered.command).to.include(`--env ${name}`);
          if (typeof value !== "string") expect(rendered.command).not.to.include(value.secret);
        }
      });

      it("runs again when its image changes", () => {
        const tag = images.preparations.get(preparation.name)?.tag;

        expect(rendered.triggers).to.include(tag);
        expect(rendered.command.endsWith(` ${tag ?? ""}`)).to.equal(true);
      });

      it("has an image whose stages run as no root, and a name that no service has", () => {
        const dockerfile = join(root, preparation.image.context, preparation.image.dockerfile);

        expect(existsSync(dockerfile), dockerfile).to.equal(true);
        expect(readFileSync(dockerfile, "utf8")).to.match(/^USER (?!root|0\b)\S+$/m);
        expect(specs.map(({ name }) => name)).not.to.include(preparation.name);
      });
    });
  }

  it("is refused a word that some shell would change", () => {
    const [spec] = specs.filter(({ preparation }) => preparation);
    if (!spec?.preparation) throw new Error("no service has one");
    const odd = { ...spec.preparation, name: "two words" };

    expect(() => renderPreparation(spec, odd, "agent-stack/x:1", identity)).to.throw("two words");
  });
});

describe("the model from a registry", () => {
  const modelOf = (settings: Readonly<Record<string, string>> = {}) =>
    desiredWith({ ...registry, ...settings }).specs.find(({ name }) => name === "model");

  it("serves the file that its preparation fetches, and never waits for a download", () => {
    const model = modelOf({ LOCAL_MODEL: "acme/Tiny-GGUF:Q8_0" });
    const target = model?.preparation?.environment["TARGET"];

    expect(target).to.equal("/models/acme/Tiny-GGUF/Q8_0.gguf");
    expect(model?.command?.join(" ")).to.include(`--model ${target as string} `);
    expect(model?.command).not.to.include("--hf-repo");
    expect(model?.healthcheck.startPeriodSeconds).to.be.at.most(180);
    expect(model?.preparation?.triggers).to.include("acme/Tiny-GGUF:Q8_0");
  });

  it("does not think, ends its answers, and keeps its prompt cache far below its limit", () => {
    const words = modelOf()?.command?.join(" ") ?? "";
    const cache = Number(/--cache-ram (\d+)/.exec(words)?.[1]);

    expect(words)
      .to.include("--reasoning off")
      .and.to.match(/--predict \d+/);
    expect(cache).to.be.within(1, (modelOf()?.memoryMegabytes ?? 0) / 8);
  });

  it("is prepared nowhere where no local model runs, or where its image has the weights", () => {
    const provider = { OPENROUTER_API_KEY: "or-key-123456789", FALLBACK_MODEL: "none" };

    expect(desiredWith({ ...registry, ...provider }).preparations).to.deep.equal([]);
    expect(desiredWith().preparations).to.deep.equal([]);
  });
});
