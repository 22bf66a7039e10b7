export { observeStorage, type StorageCall } from '../../src/testing/observed-storage.js';
