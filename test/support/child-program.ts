import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a program has ended, and all it has said. */
interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ChildProgram {
  /** The first line of its output that matches. Rejects when the program ends before there is one. */
  line(pattern: RegExp): Promise<string>;
  /** Everything it has written to its output so far. */
  output(): string;
  send(signal: NodeJS.Signals): void;
  end(): Promise<ProgramEnd>;
}

/** Starts a program as a process of its own, with nothing of this process's `PORT`, `DATA_DIR` and `DATABASE_URL`. */
export function startProgram(
  command: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): ChildProgram {
  const { PORT: _port, DATA_DIR: _dataDirectory, DATABASE_URL: _databaseUrl, ...inherited } = process.env;
  const child: ChildProcess = spawn(command, args, { cwd, env: { ...inherited, ...env } });
  const said = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...said }) as ProgramEnd);

  return {
    async line(pattern) {
      let look = (): void => {};
      const found = new Promise<string>((resolve) => {
        look = () => {
          const whole = said.stdout.split('\n').slice(0, -1);
          const match = whole.find((line) => pattern.test(line));
          if (match !== undefined) resolve(match);
        };
        look();
      });
      waiting.add(look);
      const tooEarly = ended.then((end) => {
        throw new Error(`it ended before it said ${pattern}: ${JSON.stringify(end)}`);
      });
      try {
        return await Promise.race([found, tooEarly]);
      } finally {
        waiting.delete(look);
      }
    },
    output: () => said.stdout,
    send: (signal) => void child.kill(signal),
    end: () => ended,
  };
}
