import { describeStorageContract } from 'express-sso-scim/testing';
import { DATABASES, openDatabase } from '../support/sql-databases.js';

for (const name of DATABASES) {
  describeStorageContract(name, async () => {
    const database = await openDatabase(name);
    return {
      storage: await database.storage(),
      reopen: () => database.another().storage(),
      close: () => database.close(),
    };
  });
}
