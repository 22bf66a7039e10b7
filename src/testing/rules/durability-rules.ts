import { T1, tokenDraft } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame } from '../expectation.js';
import { newDomain, oidcTenantDraft } from '../oidc-tenant-draft.js';
import { addGroup, addUsers, changeMembers } from '../people-and-groups.js';
import { draft } from '../resource-draft.js';
import { snapshotOf } from '../snapshot.js';

/** What is promised of what has been answered. */
export const DURABILITY_RULES: readonly ContractRule[] = [
  {
    code: 'L1',
    promise: 'what has been answered is there for whoever opens the same data afterwards',
    notice: 'a provider was told 201, and after a restart the person is gone',
    async check({ storage, newDirectory, reopen }) {
      const scope = await newDirectory();
      await addUsers(storage, scope, ['u1', 'u2', 'u3']);
      await addGroup(storage, scope, 'g1', ['u1', 'u2']);
      await changeMembers(storage, scope, 'g1', { add: ['u3'], remove: ['u1'] });
      await storage.directoryUsers.tombstone(scope, { id: 'u1', deletedAt: T1, accessEnding: true }, 1);
      await storage.customResources.insert(scope, 'Entitlement', draft('e1', { a: 1 }, ['k:1']));
      await storage.directories.insertToken(tokenDraft(scope));
      await storage.oidcTenants.insert(oidcTenantDraft(scope.organizationId, { provedDomains: [newDomain()] }));
      await storage.transaction(scope, (inside) => addUsers(inside, scope, ['u4']));
      const before = await snapshotOf(storage, scope, ['u1', 'e1']);
      const again = await reopen();
      expectSame(await snapshotOf(again, scope, ['u1', 'e1']), before, 'what is read after opening once more');
      await addUsers(again, scope, ['u5']);
      const page = await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
      expectSame(
        page.items.map(({ id }) => id),
        ['u2', 'u3', 'u4', 'u5'],
        'what the first one reads of a write of the second',
      );
    },
  },
];
