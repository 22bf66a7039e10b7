import { describe, it } from '@jest/globals';
import { DATABASES } from '../support/sql-databases.js';
import { expectModelHolds, expectRepeatsChangeNothing } from '../support/stored-model.js';

const LIMIT = 3_600_000;

// Each step is some twenty statements, and each run has tables of its own: `npm test` takes a few runs, this takes minutes.
describe.each(DATABASES)('what is stored on %s, step by step (X-1, X-2, X-4, X-5, X-6)', (database) => {
  it(
    'is what the rules say about everything that has happened',
    () => expectModelHolds(20_261_122, 80, database),
    LIMIT,
  );

  it(
    'changes nothing when the same thing happens again (X-5)',
    () => expectRepeatsChangeNothing(20_261_125, 30, database),
    LIMIT,
  );
});
