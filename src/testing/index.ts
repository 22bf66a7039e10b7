export { ContractBreach } from './contract-breach.js';
export type { SeededHost, StorageUnderTest } from './contract-ground.js';
export { describeStorageContract, type StorageContractOptions } from './storage-contract.js';
export type { TestRunner } from './test-runner.js';
