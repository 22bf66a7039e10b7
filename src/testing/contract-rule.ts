import type { ContractGround } from './contract-ground.js';

/** One promise of the storage port, and how to find out whether it is kept. */
export interface ContractRule {
  /** A letter and a number, as in the adapter guide: `R5`. */
  readonly code: string;
  /** What the port promises, as one sentence. */
  readonly promise: string;
  /** What an identity provider or a person would notice if it were broken. */
  readonly notice: string;
  /** Rejects when the promise is not kept. */
  check(ground: ContractGround): Promise<void>;
}

/** Rules about one part of the port. */
export interface ContractPart {
  readonly title: string;
  readonly rules: readonly ContractRule[];
}
