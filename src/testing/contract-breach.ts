import type { ContractRule } from './contract-rule.js';

/** A storage does not keep a promise of the port. The message says which, what was found, and what one would notice. */
export class ContractBreach extends Error {
  override readonly name = 'ContractBreach';
  readonly code = 'contract_breach';
  /** Which promise, as in the adapter guide: `R5`. */
  readonly rule: string;

  constructor({ code, promise, notice }: Omit<ContractRule, 'check'>, cause: unknown) {
    const found = cause instanceof Error ? cause.message : String(cause);
    super(`rule ${code} is broken: ${promise}.\nFound: ${found}\nWhat one would notice: ${notice}.`, { cause });
    this.rule = code;
  }
}
