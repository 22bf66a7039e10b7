import type { MemberWriter } from './member-change.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Changes members by the function that is made for it. */
export function createPostgresMemberWriter({ names, dialect }: StoreSite): MemberWriter {
  const statements = { change: statement(0), replace: statement(1) };

  function statement(isWhole: 0 | 1) {
    return prepare(
      `select * from ${names.changeMembers}({organizationId}, {directoryId}, {groupId}, {add}, {remove}, ${isWhole}, ` +
        '{at}, {shard}, {skip}, {ifVersion})',
      dialect,
    );
  }

  return {
    isSingle: true,
    async write(run, values, kind) {
      const [row] = await run(statements[kind](values));
      return row;
    },
  };
}
