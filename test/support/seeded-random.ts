export { createSeededRandom, type SeededRandom } from '../../src/testing/seeded-random.js';
