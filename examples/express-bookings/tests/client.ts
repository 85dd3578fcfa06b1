import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "../src/app.js";

export interface Answer {
  status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test knows what it asked for
  body: any;
}

/** A client of a fresh application that listens on a free port of this machine. */
export class Client {
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Client> {
    const app = createApp();
    const server = await new Promise<Server>((resolve) => {
      const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
    });
    return new Client(server);
  }

  async get(path: string): Promise<Answer> {
    return this.ask(path, {});
  }

  async post(path: string, body: unknown): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    return this.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async ask(path: string, init: RequestInit): Promise<Answer> {
    const { port } = this.server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    return { status: response.status, body: await response.json() };
  }
}
