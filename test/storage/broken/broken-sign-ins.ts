import { type OidcTenantRecord, StaleVersionError, UniqueConflictError } from 'express-sso-scim';
import { type BrokenAdapter, broken } from './broken-adapter.js';

const soon = () => new Promise((resolve) => setImmediate(resolve));

/** Faults of OIDC tenants, sign-ins, journal and outbox. */
export const BROKEN_SIGN_INS: readonly BrokenAdapter[] = [
  broken('A1', 'settings keep only keys that are known', () => ({ oidcTenants }) => ({
    oidcTenants: {
      insert: ({ settings: { unheardOf: _, ...settings }, ...rest }) => oidcTenants.insert({ ...rest, settings }),
    },
  })),
  broken('A1', 'an update leaves what it does not name', () => ({ oidcTenants }) => ({
    oidcTenants: {
      update: async (tenant, ifVersion) =>
        oidcTenants.update({ ...(await oidcTenants.get(tenant.id)), ...tenant }, ifVersion),
    },
  })),
  broken('A2', 'insert of an id that is taken does nothing', () => ({ oidcTenants }) => ({
    oidcTenants: { insert: (tenant) => oidcTenants.insert(tenant).catch(() => undefined) },
  })),
  broken('A3', 'findByDomain finds active tenants only', () => ({ oidcTenants }) => ({
    oidcTenants: {
      findByDomain: async (domain) => {
        const found = await oidcTenants.findByDomain(domain);
        return found?.state === 'active' ? found : undefined;
      },
    },
  })),
  broken('A3', 'findByDomain takes a subdomain for the domain', () => ({ oidcTenants }) => ({
    oidcTenants: {
      findByDomain: async (domain) =>
        (await oidcTenants.findByDomain(domain)) ?? oidcTenants.findByDomain(domain.replace(/^[^.]+\./, '')),
    },
  })),
  broken('A4', 'a domain that is taken is left out without a word', () => ({ oidcTenants }) => ({
    oidcTenants: {
      update: (tenant, ifVersion) =>
        oidcTenants.update(tenant, ifVersion).catch((error: unknown) => {
          if (error instanceof UniqueConflictError)
            return oidcTenants.update({ ...tenant, provedDomains: [] }, ifVersion);
          throw error;
        }),
    },
  })),
  broken('A5', 'an update of a missing tenant adds it', () => ({ oidcTenants }) => ({
    oidcTenants: {
      update: async (tenant, ifVersion) => {
        if (await oidcTenants.get(tenant.id)) await oidcTenants.update(tenant, ifVersion);
        else await oidcTenants.insert(tenant);
      },
    },
  })),
  broken('A5', 'an update does not look at the organization', () => ({ oidcTenants }) => ({
    oidcTenants: {
      update: async (tenant, ifVersion) => {
        const { organizationId = '' } = (await oidcTenants.get(tenant.id)) ?? {};
        await oidcTenants.update({ ...tenant, organizationId }, ifVersion);
      },
    },
  })),
  broken('A6', 'list leaves rejected tenants out', () => ({ oidcTenants }) => ({
    oidcTenants: { list: async (scope) => (await oidcTenants.list(scope)).filter(({ state }) => state !== 'rejected') },
  })),
  broken('A7', 'positions of listByState are offsets', () => ({ oidcTenants }) => ({
    oidcTenants: {
      listByState: async (state, { after, limit }) => {
        if (!/^\d*$/.test(after)) throw new RangeError('not a position');
        const { items } = await oidcTenants.listByState(state, { after: '', limit: 1_000_000 });
        const end = Number(after) + limit;
        return { items: items.slice(Number(after), end), ...(end < items.length && { next: String(end) }) };
      },
    },
  })),
  broken('A8', 'what is due this very moment is not due', () => ({ oidcTenants }) => ({
    oidcTenants: {
      listDue: async (at, limit) => (await oidcTenants.listDue(at, limit)).filter(({ dueAt = '' }) => dueAt < at),
    },
  })),
  broken('A8', 'listDue answers the latest first', () => ({ oidcTenants }) => ({
    oidcTenants: { listDue: async (at, limit) => (await oidcTenants.listDue(at, limit)).toReversed() },
  })),
  broken('A9', 'a domain that was free a moment ago is free', () => {
    const stale = new Map<string, OidcTenantRecord>();
    return ({ oidcTenants }) => ({
      oidcTenants: {
        get: async (id) => stale.get(id) ?? oidcTenants.get(id),
        update: async (tenant, ifVersion) => {
          for (const domain of tenant.provedDomains) {
            const holder = await oidcTenants.findByDomain(domain);
            if (holder && holder.id !== tenant.id) throw new UniqueConflictError(`domain:${domain}`);
          }
          await soon();
          await oidcTenants.update(tenant, ifVersion).catch((error: unknown) => {
            if (!(error instanceof UniqueConflictError)) throw error;
            stale.set(tenant.id, tenant);
          });
        },
      },
    });
  }),
  broken('A10', 'the version is compared before the turn to write', () => ({ oidcTenants }) => ({
    oidcTenants: {
      update: async (tenant, ifVersion) => {
        if ((await oidcTenants.get(tenant.id))?.version !== ifVersion) throw new StaleVersionError(tenant.id);
        await soon();
        const { version = 0 } = (await oidcTenants.get(tenant.id)) ?? {};
        await oidcTenants.update(tenant, version);
      },
    },
  })),
  broken('I1', 'keys are one for all organizations', () => ({ signIns }) => ({
    signIns: {
      consumeOnce: (_, ...rest) => signIns.consumeOnce({ organizationId: '' }, ...rest),
    },
  })),
  broken('I1', 'a long key is cut', () => ({ signIns }) => ({
    signIns: { consumeOnce: (scope, key, ...rest) => signIns.consumeOnce(scope, key.slice(0, 1000), ...rest) },
  })),
  broken('I2', 'a key that was free a moment ago is free', () => {
    const used = new Set<string>();
    return ({ signIns }) => ({
      signIns: {
        consumeOnce: async (scope, key, ...rest) => {
          const isFirst = !used.has(JSON.stringify([scope, key]));
          await soon();
          used.add(JSON.stringify([scope, key]));
          await signIns.consumeOnce(scope, key, ...rest);
          return isFirst;
        },
      },
    });
  }),
  broken('I3', 'the last notice counts, not the latest time', () => {
    const times = new Map<string, string>();
    return ({ signIns }) => ({
      signIns: {
        endSessions: (scope, ended, at, expiresAt) => {
          times.set(JSON.stringify([scope.organizationId, ended.subject, ended.sessionId]), at);
          return signIns.endSessions(scope, ended, at, expiresAt);
        },
        sessionsEndedAt: async (scope, origin) =>
          times.get(JSON.stringify([scope.organizationId, origin.subject, undefined])) ??
          signIns.sessionsEndedAt(scope, origin),
      },
    });
  }),
  broken('I3', 'the end of one login is that of all logins of the person', () => ({ signIns }) => ({
    signIns: {
      endSessions: (scope, { sessionId, ...ended }, ...rest) =>
        signIns.endSessions(
          scope,
          ended.subject === undefined && sessionId !== undefined ? { ...ended, sessionId } : ended,
          ...rest,
        ),
    },
  })),
  broken('I4', 'ended sessions do not look at the tenant', () => ({ signIns }) => ({
    signIns: {
      endSessions: (scope, ended, ...rest) => signIns.endSessions(scope, { ...ended, tenantId: '' }, ...rest),
      sessionsEndedAt: (scope, origin) => signIns.sessionsEndedAt(scope, { ...origin, tenantId: '' }),
    },
  })),
  broken('I5', 'forgetExpired forgets all that has expired at once', () => ({ signIns }) => ({
    signIns: { forgetExpired: (at) => signIns.forgetExpired(at, 1_000_000) },
  })),
  broken('I5', 'what expires this very moment is forgotten', () => ({ signIns }) => ({
    signIns: {
      forgetExpired: (at, limit) => signIns.forgetExpired(new Date(Date.parse(at) + 1).toISOString(), limit),
    },
  })),
  broken('J1', 'entries are sorted by their time', () => ({ journal }) => ({
    journal: {
      page: async (scope, subject, page) => {
        const { items, ...rest } = await journal.page(scope, subject, page);
        return { ...rest, items: items.toSorted((a, b) => (a.at > b.at ? -1 : 1)) };
      },
    },
  })),
  broken('J2', 'the journal is one for all organizations', () => ({ journal }) => ({
    journal: {
      append: (_, entries) => journal.append({ organizationId: '' }, entries),
      page: (_, ...rest) => journal.page({ organizationId: '' }, ...rest),
    },
  })),
  broken('J3', 'a cause is looked for among subjects', () => ({ journal }) => ({
    journal: { pageOfCause: (...args) => journal.page(...args) },
  })),
  broken('E1', 'an event takes the place of one that waits under its key', () => ({ outbox }) => ({
    outbox: {
      enqueue: async (event) => {
        await outbox.ack([event.key]);
        await outbox.enqueue(event);
      },
    },
  })),
  broken('E2', 'what is claimed is gone', () => ({ outbox }) => ({
    outbox: {
      claim: async (...args) => {
        const claimed = await outbox.claim(...args);
        await outbox.ack(claimed.map(({ key }) => key));
        return claimed;
      },
    },
  })),
  broken('E3', 'an event that was acknowledged keeps its key', () => {
    const keys = new Set<string>();
    return ({ outbox }) => ({
      outbox: {
        enqueue: async (event) => {
          if (!keys.has(event.key)) await outbox.enqueue(event);
          keys.add(event.key);
        },
      },
    });
  }),
  broken('E4', 'events are marked some time after they were found', () => ({ outbox }) => ({
    outbox: {
      claim: async (topic, at, until, limit) => {
        const found = await outbox.claim(topic, at, at, limit);
        await soon();
        await outbox.claim(topic, at, until, limit);
        return found;
      },
    },
  })),
  broken('E5', 'an event is told before its transaction ends', () => {
    const waiting: (() => Promise<void>)[] = [];
    return (inner) => ({
      outbox: {
        enqueue: async (event) => {
          waiting.push(() => inner.outbox.enqueue(event));
        },
        claim: async (...args) => {
          for (const enqueue of waiting.splice(0)) await enqueue();
          return inner.outbox.claim(...args);
        },
      },
    });
  }),
];
