import { newId } from '../../core/id.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame, expectThat } from '../expectation.js';

const LONG_AGO = '0999-03-01T10:00:00.000Z';
const LATER = '0999-03-01T10:00:00.001Z';

/** What is promised of sign-ins. */
export const SIGN_IN_RULES: readonly ContractRule[] = [
  {
    code: 'I1',
    promise: 'a key can be used once in an organization, by whoever opens the same data; in another it is another key',
    notice: 'a sign-in that was intercepted can be played again on another node',
    async check({ storage, newOrganization, reopen }) {
      const [scope, other] = [{ organizationId: newOrganization() }, { organizationId: newOrganization() }];
      const consume = (key: string, place = scope) => storage.signIns.consumeOnce(place, key, T0, T1);
      const long = `${newId()}${'ä'.repeat(5000)}`;
      for (const key of ['login:a', 'login:A', 'login:a ', '', '%', long, `${long}x`]) {
        expectSame(await consume(key), true, `the first use of ${key.slice(0, 20)}`);
        expectSame(await consume(key), false, `the second use of ${key.slice(0, 20)}`);
      }
      const again = await reopen();
      expectSame(await again.signIns.consumeOnce(scope, 'login:a', T0, T1), false, 'a use after opening once more');
      expectSame(await consume('login:a', other), true, 'the first use in another organization');
    },
  },
  {
    code: 'I2',
    promise: 'of parallel uses of one key exactly one is the first',
    notice: 'one sign-in makes two sessions, one of them a stranger’s',
    async check({ storage, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const uses = Array.from({ length: 20 }, () => storage.signIns.consumeOnce(scope, 'key', T0, T1));
      const first = (await Promise.all(uses)).filter(Boolean);
      expectSame(first.length, 1, 'how many were told that they are the first');
    },
  },
  {
    code: 'I3',
    promise: 'ended sessions are those of the person, or of the one login, that was named; the latest time stays',
    notice: 'somebody whom the identity provider has signed out goes on working, or everybody else is signed out',
    async check({ storage: { signIns }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const issuer = `https://idp.example/${'a'.repeat(2000)}`;
      const of = (subject: string, sessionId?: string) =>
        signIns.sessionsEndedAt(scope, {
          tenantId: 't',
          issuer,
          subject,
          ...(sessionId !== undefined && { sessionId }),
        });
      const end = (whose: { readonly subject?: string; readonly sessionId?: string }, at: string) =>
        signIns.endSessions(scope, { tenantId: 't', issuer, ...whose }, at, T2);
      await end({ subject: 'ada' }, T1);
      await end({ subject: 'ada' }, T0);
      await end({ sessionId: 's1' }, T0);
      await end({ subject: 'eve', sessionId: 's2' }, T0);
      await end({}, T2);
      expectSame(await of('ada'), T1, 'until when the sessions of a person are over');
      expectSame(await of('ada', 's9'), T1, 'until when one of several logins of a person is over');
      expectSame(await of('bob', 's1'), T0, 'until when a login is over that was named alone');
      expectSame(await of('ada', 's1'), T1, 'until when a login is over that two notices are about');
      expectSame(await of('eve', 's2'), T0, 'until when a login is over that was named with its person');
      for (const [subject, sessionId] of [['bob'], ['eve'], ['bob', 's2'], ['eve', 's9'], ['Ada'], ['']] as const) {
        expectSame(await of(subject, sessionId), undefined, `until when ${subject} with ${sessionId} is signed out`);
      }
      await end({ sessionId: 's1' }, T1);
      expectSame(await of('bob', 's1'), T1, 'until when a login is over that ended once more');
    },
  },
  {
    code: 'I4',
    promise: 'sessions of another organization, tenant or issuer go on',
    notice: 'an identity provider signs out the people of another customer, by using the ids of theirs',
    async check({ storage: { signIns }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const ada = { tenantId: 't', issuer: 'https://idp.example', subject: 'ada', sessionId: 's' };
      for (const { sessionId, subject, ...rest } of [ada]) {
        await signIns.endSessions(scope, { ...rest, subject }, T0, T2);
        await signIns.endSessions(scope, { ...rest, sessionId }, T0, T2);
      }
      expectSame(await signIns.sessionsEndedAt(scope, ada), T0, 'until when the sessions of the person are over');
      const elsewhere = { organizationId: newOrganization() };
      expectSame(await signIns.sessionsEndedAt(elsewhere, ada), undefined, 'the same in another organization');
      for (const change of [{ tenantId: 'T' }, { tenantId: 'u' }, { issuer: 'https://idp.example/' }]) {
        const found = await signIns.sessionsEndedAt(scope, { ...ada, ...change });
        expectSame(found, undefined, `the same with ${JSON.stringify(change)}`);
      }
    },
  },
  {
    code: 'I5',
    promise: 'forgetExpired forgets what has expired, at most as much as asked for, and nothing else',
    notice: 'the tables of sign-ins grow for ever, or a sign-in can be played again while it counts',
    async check({ storage: { signIns }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const ada = { tenantId: 't', issuer: 'https://idp.example', subject: 'ada' };
      const keys = ['a', 'b', 'c'];
      for (const key of keys) await signIns.consumeOnce(scope, key, T0, LONG_AGO);
      await signIns.consumeOnce(scope, 'kept', T0, LATER);
      await signIns.endSessions(scope, ada, T0, LONG_AGO);
      await signIns.endSessions(scope, { ...ada, subject: 'eve' }, T0, LONG_AGO);
      await signIns.endSessions(scope, { ...ada, subject: 'eve' }, T0, LATER);
      let forgotten = 0;
      for (let count = 2; count === 2; forgotten += count) {
        count = await signIns.forgetExpired(LATER, 2);
        expectThat(count <= 2, `${count} forgotten where 2 were asked for`);
      }
      expectThat(forgotten >= keys.length + 1, `${forgotten} forgotten where ${keys.length + 1} have expired`);
      expectSame(await signIns.consumeOnce(scope, 'kept', T0, LATER), false, 'the use of a key that has not expired');
      expectSame(await signIns.consumeOnce(scope, 'a', T0, T1), true, 'the use of a key that is forgotten');
      expectSame(await signIns.sessionsEndedAt(scope, ada), undefined, 'the end of sessions that is forgotten');
      const kept = await signIns.sessionsEndedAt(scope, { ...ada, subject: 'eve' });
      expectSame(kept, T0, 'the end of sessions that counts for longer');
      while ((await signIns.forgetExpired('1000-01-01T00:00:00.000Z', 100)) === 100);
    },
  },
];
