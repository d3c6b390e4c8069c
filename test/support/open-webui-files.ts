import { readFromEnvFile } from "./env-file.ts";
import { systemStack } from "./system-stack.ts";

/** Files in Open WebUI as its administrator has them, over its own API. */
export class OpenWebuiFiles {
  readonly #token: string;

  private constructor(token: string) {
    this.#token = token;
  }

  static async signIn(): Promise<OpenWebuiFiles> {
    const password = readFromEnvFile(systemStack().clone, "WEBUI_ADMIN_PASSWORD");
    const response = await fetch(address("/api/v1/auths/signin"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email: "admin@localhost", password }),
    });
    const { token } = (await answered(response)) as { token: string };
    return new OpenWebuiFiles(token);
  }

  /** @returns the file's id. */
  async upload(name: string, content: string): Promise<string> {
    const form = new FormData();
    form.append("file", new Blob([content], { type: "text/plain" }), name);
    // Without processing: what is asked about is the file, not its embeddings.
    const response = await fetch(address("/api/v1/files/?process=false"), {
      method: "POST",
      headers: this.#headers(),
      body: form,
    });
    return ((await answered(response)) as { id: string }).id;
  }

  async content(id: string): Promise<string> {
    const response = await fetch(address(`/api/v1/files/${id}/content`), {
      headers: this.#headers(),
    });
    if (!response.ok) throw new Error(`The file ${id}: ${response.status}`);
    return response.text();
  }

  #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.#token}` };
  }
}

function address(path: string): string {
  return `${systemStack().url("open-webui")}${path}`;
}

async function answered(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response.json();
}
