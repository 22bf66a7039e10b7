/** Why the example cannot start, as one sentence for the person who started it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** @param thrown by whatever was tried in the folder */
export function unusableFolder(folder: string, thrown: unknown): StartError {
  const sentence = `The data folder ${folder} cannot be used (${codeOf(thrown)}). Set DATA_DIR to another one.`;
  return new StartError(sentence, { cause: thrown });
}

/** The code of an error says enough for a sentence; its message might show a path, or the address of a database. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  return 'code' in thrown ? String(thrown.code) : thrown.name;
}
