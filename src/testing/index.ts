export { ContractBreach } from './contract-breach.js';
export type { SeededHost, StorageUnderTest } from './contract-ground.js';
export { describeStorageContract, type StorageContractOptions } from './storage-contract.js';
export {
  type CallMatcher,
  type FaultPlan,
  faultAt,
  type PlannedCall,
  type StorageFault,
  seededFaults,
  withFaults,
} from './storage-faults.js';
export type { TestRunner } from './test-runner.js';
