import type { Storage } from '../storage/storage.js';

type Answers<Calls extends readonly (() => Promise<unknown>)[]> = {
  -readonly [Place in keyof Calls]: Awaited<ReturnType<Calls[Place]>>;
};

/**
 * Makes calls of a storage that know nothing of each other: at the same time where that is cheaper, else one after the
 * other. Inside a transaction, where no call may go on when another has failed.
 */
export async function sideBySide<const Calls extends readonly (() => Promise<unknown>)[]>(
  { capabilities }: Pick<Storage, 'capabilities'>,
  calls: Calls,
): Promise<Answers<Calls>> {
  if (capabilities.sideBySide) return (await Promise.all(calls.map((call) => call()))) as Answers<Calls>;
  const answers: unknown[] = [];
  for (const call of calls) answers.push(await call());
  return answers as Answers<Calls>;
}
