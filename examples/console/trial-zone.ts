import type { TxtLookup } from 'express-sso-scim';
import { readKept, writeKept } from './kept-file.js';

interface TxtRecord {
  readonly name: string;
  readonly value: string;
}

/** Stands for DNS: made-up domains exist nowhere, so their TXT records are here. Leave it out, and DNS is asked. */
export interface TrialZone {
  /** The port by which the library asks. */
  readonly lookupTxt: TxtLookup;
  records(): readonly TxtRecord[];
  add(record: TxtRecord): Promise<void>;
  remove(record: TxtRecord): Promise<void>;
}

/** Opens the records of an earlier start. @throws {StartError} */
export async function openTrialZone(file: string): Promise<TrialZone> {
  let records = (await readKept(file, 'TXT records', areRecords)) ?? [];
  const keep = async (next: readonly TxtRecord[]) => {
    records = next;
    await writeKept(file, next);
  };
  const without = ({ name, value }: TxtRecord) => records.filter((each) => each.name !== name || each.value !== value);
  return {
    lookupTxt: async (name) => records.filter((each) => each.name === name.toLowerCase()).map(({ value }) => value),
    records: () => records,
    async add({ name, value }) {
      const record = { name: name.trim().replace(/\.$/, '').toLowerCase(), value: value.trim() };
      await keep([...without(record), record]);
    },
    remove: (record) => keep(without(record)),
  };
}

function areRecords(value: unknown): value is readonly TxtRecord[] {
  return Array.isArray(value) && value.every(isRecord);
}

function isRecord(value: unknown): value is TxtRecord {
  const { name, value: text } = (value ?? {}) as Partial<TxtRecord>;
  return typeof name === 'string' && typeof text === 'string';
}
