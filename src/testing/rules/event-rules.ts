import { newId } from '../../core/id.js';
import type { JournalEntry } from '../../storage/journal-store.js';
import type { OutboxEvent } from '../../storage/outbox-store.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';
import { newDomain, oidcTenantDraft } from '../oidc-tenant-draft.js';

/** What is promised of the journal and of the outbox. */
export const EVENT_RULES: readonly ContractRule[] = [
  {
    code: 'J1',
    promise: 'a walk over the journal meets every entry of the subject once, newest first, as it was given',
    notice: 'nobody can tell who approved an identity provider, or who took it away',
    async check({ storage: { journal }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const subject = `tenant:${newId()}${'ä'.repeat(1000)}`;
      // Two of the same moment, and one whose clock was late.
      const entries = [T1, T1, T0, T2, T2].map((at, index) => entry(subject, { at, details: { index, by: null } }));
      await journal.append(scope, entries.slice(0, 3));
      await journal.append(scope, [entry('another')]);
      await journal.append(scope, entries.slice(3));
      const met: JournalEntry[] = [];
      let after = '';
      do {
        const page = await journal.page(scope, subject, { after, limit: 2 });
        met.push(...page.items);
        // What is written meanwhile is newer than all that is still to come.
        if (after === '') await journal.append(scope, [entry(subject)]);
        after = page.next ?? '';
      } while (after !== '');
      expectSame(met, entries.toReversed(), 'the entries that a walk meets');
      const whole = await journal.page(scope, subject, { after: '', limit: 6 });
      expectSame([whole.items.length, whole.next], [6, undefined], 'a page that holds all');
      const misplaced = journal.page(scope, subject, { after: 'no position', limit: 1 });
      await expectRefusal(misplaced, RangeError, 'a position that is none');
    },
  },
  {
    code: 'J2',
    promise: 'the journal of one organization is no other’s',
    notice: 'an administrator reads what happened at another customer',
    async check({ storage: { journal }, newOrganization }) {
      const [mine, theirs] = [{ organizationId: newOrganization() }, { organizationId: newOrganization() }];
      const [first, second] = [entry('s'), entry('s')];
      await journal.append(mine, [first]);
      await journal.append(theirs, [second]);
      const read = async (scope: typeof mine) => (await journal.page(scope, 's', { after: '', limit: 9 })).items;
      expectSame(await read(mine), [first], 'the journal of an organization');
      expectSame(await read(theirs), [second], 'the journal of another');
      expectSame(await read({ organizationId: newOrganization() }), [], 'the journal of one where nothing happened');
    },
  },
  {
    code: 'J3',
    promise: 'entries of one cause are met in the same manner, whatever they are about, in their organization alone',
    notice: 'nobody can tell what a request of an identity provider has set off',
    async check({ storage: { journal }, newOrganization }) {
      const [scope, other] = [{ organizationId: newOrganization() }, { organizationId: newOrganization() }];
      const causeId = `request:${newId()}${'ä'.repeat(1000)}`;
      const entries = ['a', 'b', 'a'].map((subject) => entry(subject, { causeId }));
      await journal.append(scope, [entry('a'), ...entries, entry('a', { causeId: `${causeId}x` })]);
      await journal.append(other, [entry('a', { causeId })]);
      const first = await journal.pageOfCause(scope, causeId, { after: '', limit: 2 });
      const second = await journal.pageOfCause(scope, causeId, { after: first.next ?? '', limit: 2 });
      expectSame([...first.items, ...second.items], entries.toReversed(), 'the entries of one cause');
      expectSame(second.next, undefined, 'what comes after the last page');
      const whole = await journal.pageOfCause(scope, causeId, { after: '', limit: 3 });
      expectSame([whole.items.length, whole.next], [3, undefined], 'a page that holds all');
      expectSame(await journal.pageOfCause(scope, 'a', { after: '', limit: 9 }), { items: [] }, 'of no cause');
    },
  },
  {
    code: 'E1',
    promise:
      'an event is claimed as it was given, oldest first, in its own topic; a key that waits already is left as it is',
    notice: 'somebody is reminded twice, or not at all',
    async check({ storage: { outbox }, newOrganization }) {
      const topic = newId();
      const events = ['a', 'b', 'c'].map((kind) =>
        event(newOrganization(), topic, { kind, payload: { deep: [1, null] } }),
      );
      for (const each of events) await outbox.enqueue(each);
      for (const { key } of events) await outbox.enqueue(event(newOrganization(), topic, { key, kind: 'again' }));
      expectSame(await outbox.claim(newId(), T0, T1, 9), [], 'the events of another topic');
      const [first, second, third] = events;
      const counted = (each: OutboxEvent | undefined) => each && { ...each, attempts: 1 };
      expectSame(await outbox.claim(topic, T0, T1, 2), [counted(first), counted(second)], 'the two oldest events');
      expectSame(await outbox.claim(topic, T0, T1, 9), [counted(third)], 'what is left');
    },
  },
  {
    code: 'E2',
    promise: 'a claimed event is nobody else’s until its time is over, and can then be claimed again',
    notice: 'a reminder is lost because a process ended while it was sending it',
    async check({ storage: { outbox }, newOrganization }) {
      const topic = newId();
      await outbox.enqueue(event(newOrganization(), topic));
      const attempts = async (at: string, until: string) =>
        (await outbox.claim(topic, at, until, 9)).map((claimed) => claimed.attempts);
      expectSame(await attempts(T0, T1), [1], 'the first claim');
      expectSame(await attempts(T0, T2), [], 'a claim while it is held');
      expectSame(await attempts(T1, T2), [2], 'a claim when its time is over');
      expectSame(await attempts(T1, T2), [], 'a claim while it is held again');
    },
  },
  {
    code: 'E3',
    promise: 'an event that was acknowledged does not come back, and its key is free; to acknowledge again is no error',
    notice: 'a reminder comes again and again, though everybody has read it',
    async check({ storage: { outbox }, newOrganization }) {
      const topic = newId();
      const [told, kept] = [event(newOrganization(), topic), event(newOrganization(), topic)];
      for (const each of [told, kept]) await outbox.enqueue(each);
      await outbox.claim(topic, T0, T1, 9);
      await outbox.ack([]);
      for (const keys of [[told.key], [told.key, newId()]]) await outbox.ack(keys);
      const left = (await outbox.claim(topic, T2, T2, 9)).map(({ key }) => key);
      expectSame(left, [kept.key], 'the events that come back');
      await outbox.enqueue(told);
      const again = (await outbox.claim(topic, T2, T2, 9)).map(({ key, attempts }) => [key, attempts]);
      expectSameSet(again.map(String), [`${told.key},1`, `${kept.key},3`], 'what is claimed when it is told anew');
    },
  },
  {
    code: 'E4',
    promise: 'of parallel claims each event goes to one',
    notice: 'everybody gets every message from each node',
    async check({ storage: { outbox }, newOrganization }) {
      const topic = newId();
      const events = Array.from({ length: 20 }, () => event(newOrganization(), topic));
      for (const each of events) await outbox.enqueue(each);
      const claims = await Promise.all(Array.from({ length: 8 }, () => outbox.claim(topic, T0, T1, 5)));
      const rest = await outbox.claim(topic, T0, T1, 99);
      const keys = [...claims.flat(), ...rest].map(({ key }) => key);
      expectSameSet(
        keys,
        events.map(({ key }) => key),
        'the events that were claimed',
      );
    },
  },
  {
    code: 'E5',
    promise: 'OIDC tenants, entries, events and uses of a key come and go with the transaction that writes them',
    notice: 'somebody is told of a change that never was, or never told of one that is',
    async check({ storage, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const topic = newId();
      const tenant = oidcTenantDraft(scope.organizationId);
      await storage.oidcTenants.insert(tenant);
      const domains = { kept: newDomain(), lost: newDomain() };
      const write = async (key: 'kept' | 'lost', error?: Error) => {
        await storage.transaction(scope, async (inside) => {
          await inside.outbox.enqueue(event(scope.organizationId, topic, { key: `${topic}:${key}` }));
          await inside.journal.append(scope, [entry('s', { id: key })]);
          await inside.signIns.consumeOnce(scope, key, T0, T1);
          const before = await inside.oidcTenants.get(tenant.id);
          const version = (before?.version ?? 0) + 1;
          await inside.oidcTenants.update(
            { ...tenant, message: key, provedDomains: [domains[key]], version },
            version - 1,
          );
          await inside.oidcTenants.insert(oidcTenantDraft(scope.organizationId, { id: `${tenant.id}-${key}` }));
          if (error) throw error;
        });
      };
      await write('kept');
      const failure = new Error('the work failed');
      const caught = await write('lost', failure).catch((error: unknown) => error);
      expectSame(caught === failure, true, 'whether the failure of the work comes out');
      const claimed = (await storage.outbox.claim(topic, T0, T1, 9)).map(({ key }) => key);
      expectSame(claimed, [`${topic}:kept`], 'the events');
      const { items } = await storage.journal.page(scope, 's', { after: '', limit: 9 });
      expectSame(
        items.map(({ id }) => id),
        ['kept'],
        'the entries',
      );
      const [before, ...others] = await storage.oidcTenants.list(scope);
      expectSame([before?.message, others.map(({ id }) => id)], ['kept', [`${tenant.id}-kept`]], 'the tenants');
      expectSame((await storage.oidcTenants.findByDomain(domains.kept))?.id, tenant.id, 'who has the domain');
      expectSame(await storage.oidcTenants.findByDomain(domains.lost), undefined, 'who has the other domain');
      expectSame(await storage.signIns.consumeOnce(scope, 'kept', T0, T1), false, 'the use of a key that was used');
      expectSame(await storage.signIns.consumeOnce(scope, 'lost', T0, T1), true, 'the use of a key that was not');
    },
  },
];

function entry(subject: string, rest: Partial<JournalEntry> = {}): JournalEntry {
  return { id: newId(), subject, kind: 'approved', at: T0, details: { by: 'ada' }, ...rest };
}

function event(organizationId: string, topic: string, rest: Partial<OutboxEvent> = {}): OutboxEvent {
  return { organizationId, topic, key: newId(), kind: 'expiring', at: T0, payload: {}, ...rest };
}
