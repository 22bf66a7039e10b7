import { type RunningConsole, startConsole } from './console.js';
import { greeting } from './greeting.js';
import { readSettings } from './settings.js';
import { StartError } from './start-error.js';

try {
  const running = await startConsole(readSettings(process.env));
  // Before READY: whoever waits for that line may stop the process at once.
  stopOnSignal(running);
  console.log(greeting(running));
  console.log(`READY ${JSON.stringify(running.ready)}`);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Once nothing listens any more the process ends by itself. A second signal ends it at once. */
function stopOnSignal({ close }: RunningConsole): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, close);
}
