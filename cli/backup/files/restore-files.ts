import { join } from "node:path";
import type Docker from "dockerode";
import type { FilesPart } from "../manifest.ts";
import { requireEqual } from "../mismatch.ts";
import type { Progress } from "../progress.ts";
import type { PartRestore } from "../restore-parts.ts";
import { countMount, filesDifferences, type FilesMount, replaceFiles } from "./mount-files.ts";

/** The mount is emptied and filled; the way back is the safety set's archive. */
export function filesRestore(
  docker: Docker,
  mount: FilesMount,
  set: { readonly part: FilesPart; readonly folder: string },
  former: { readonly part: FilesPart; readonly folder: string } | undefined,
  progress: Progress,
): PartRestore {
  return {
    prepare: () => Promise.resolve(),
    apply: async () => {
      const step = progress(`files ${mount.service}`);
      step.running("restoring");
      await replaceFiles(docker, mount, join(set.folder, set.part.file.path));
      requireEqual("A volume", filesDifferences(set.part, await countMount(docker, mount)));
      step.done("restored");
    },
    goBack: async () => {
      if (former) await replaceFiles(docker, mount, join(former.folder, former.part.file.path));
    },
    finish: () => Promise.resolve(),
  };
}
