export { type AroundCall, observeStorage, type StorageCall } from '../../src/testing/observed-storage.js';
