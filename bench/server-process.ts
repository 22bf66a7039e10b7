import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Command, Reply, ServerSettings } from './serve.js';

/** A server in a process of its own. */
export interface ServerProcess {
  readonly port: number;
  command(name: string): Promise<unknown>;
  stop(): void;
}

type Script =
  | 'ours-server'
  | 'bare-server'
  | 'bare-postgres-server'
  | 'peer-server'
  | 'provisioning-server'
  | 'pages-server';

/** Servers that end together. */
export interface ServerGroup {
  /** Starts a script of this folder with `serve` in it, and waits until it listens. */
  start(script: Script, settings: ServerSettings): Promise<ServerProcess>;
  stop(): void;
}

export function createServerGroup(): ServerGroup {
  const servers: ServerProcess[] = [];
  return {
    async start(script, settings) {
      const server = await startServer(script, settings);
      servers.push(server);
      return server;
    },
    stop() {
      for (const server of servers.splice(0)) server.stop();
    },
  };
}

async function startServer(script: Script, settings: ServerSettings): Promise<ServerProcess> {
  const file = fileURLToPath(new URL(`./${script}.js`, import.meta.url));
  const child = fork(file, [JSON.stringify(settings)], {
    env: { ...process.env, NODE_ENV: 'production' },
    execArgv: [...process.execArgv, '--expose-gc'],
  });
  const waiting = new Map<number, (result: unknown) => void>();
  let asked = 0;
  let isStopping = false;

  const port = await new Promise<number>((resolve, reject) => {
    child.on('message', (reply: Reply) => {
      if ('ready' in reply) resolve(reply.ready.port);
      else waiting.get(reply.number)?.(reply.result);
    });
    child.on('exit', (code) => {
      if (isStopping) return;
      reject(new Error(`${script} ended with code ${code}`));
      // Once it listens nobody waits for that rejection any more, and a run without one of its servers says nothing.
      console.error(`${script} ended with code ${code}`);
      process.exit(1);
    });
  });

  return {
    port,
    command(name) {
      asked += 1;
      const command: Command = { number: asked, name };
      child.send(command);
      return new Promise((resolve) => {
        waiting.set(command.number, (result) => {
          waiting.delete(command.number);
          resolve(result);
        });
      });
    },
    stop() {
      isStopping = true;
      // It ends by itself then, in order, so that `node --cpu-prof` gets to write its profile.
      child.disconnect();
    },
  };
}
