import type { StackCommand } from "../command.ts";
import { devCommand } from "../dev-command.ts";
import { config } from "./config.ts";
import { db } from "./db/index.ts";
import { deps } from "./deps/index.ts";
import { doctor } from "./doctor.ts";
import { backup } from "./backup/index.ts";
import { down } from "./down.ts";
import { graph } from "./graph.ts";
import { drift } from "./drift.ts";
import { exportGroup } from "./export/index.ts";
import { health } from "./health.ts";
import { images } from "./images/index.ts";
import { logs } from "./logs.ts";
import { open } from "./open.ts";
import { preview } from "./preview.ts";
import { pulumi } from "./pulumi.ts";
import { qdrant } from "./qdrant/index.ts";
import { repo } from "./repo/index.ts";
import { restart } from "./restart.ts";
import { rollback } from "./rollback.ts";
import { smoke } from "./smoke.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";
import { why } from "./why.ts";

export const commands: readonly StackCommand[] = [
  up,
  down,
  restart,
  status,
  health,
  logs,
  open,
  smoke,
  why,
  config,
  drift,
  rollback,
  preview,
  doctor,
  deps,
  graph,
  images,
  devCommand([up, down, logs, status]),
  qdrant,
  backup,
  db,
  exportGroup,
  repo,
  pulumi,
];
