import { join } from "node:path";
import type Docker from "dockerode";
import type { FilesPart } from "../manifest.ts";
import { requireEqual } from "../require-equal.ts";
import type { Progress } from "../progress.ts";
import type { PartRestore, PartUndo } from "../restore-parts.ts";
import { countMount, fillFiles, filesDifferences, type FilesMount } from "./mount-files.ts";
import { stagedFiles } from "./staged-files.ts";

/** The set's files are unpacked beside the present ones, then the two are exchanged by renames. */
export function filesRestore(
  docker: Docker,
  mount: FilesMount,
  set: { readonly part: FilesPart; readonly folder: string },
  progress: Progress,
): PartRestore {
  const staged = stagedFiles(docker, mount);
  const step = progress(`files ${mount.service}`);
  return {
    ...filesUndo(docker, mount),
    prepare: async () => {
      step.running("unpacking beside the present files");
      await staged.open();
      await fillFiles(docker, mount, join(set.folder, set.part.file.path), staged.incoming);
      const found = await countMount(docker, mount, staged.incoming);
      requireEqual("A volume", filesDifferences(set.part, found));
      await staged.ready();
      step.done("unpacked and counted");
    },
    apply: async () => {
      step.running("restoring");
      await staged.exchange();
      step.done("restored");
    },
  };
}

export function filesUndo(docker: Docker, mount: FilesMount): PartUndo {
  const { goBack, clear } = stagedFiles(docker, mount);
  return { goBack, finish: clear };
}
