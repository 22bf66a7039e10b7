import { describe, it } from '@jest/globals';
import { randomRuns } from '../support/chosen-storage.js';
import { expectModelHolds, expectRepeatsChangeNothing } from '../support/stored-model.js';

describe('what is stored, step by step (X-1, X-2, X-4, X-5, X-6)', () => {
  it(
    'is what the rules say about everything that has happened',
    () => expectModelHolds(20_261_122, randomRuns(250)),
    240_000,
  );

  it(
    'changes nothing when the same thing happens again (X-5)',
    () => expectRepeatsChangeNothing(20_261_125, randomRuns(100)),
    240_000,
  );

  // Hundreds of runs take minutes there: see test/slow.
  it('is the same on PostgreSQL', () => expectModelHolds(20_261_126, 8, 'postgres'), 240_000);
});
