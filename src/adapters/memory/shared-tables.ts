import { DirectoryTable } from './directory-table.js';
import { JournalTable } from './journal-table.js';
import { OidcTenantTable } from './oidc-tenant-table.js';
import { OutboxTable } from './outbox-table.js';
import { SignInTable } from './sign-in-table.js';
import { TrafficTable } from './traffic-table.js';

/** What is looked through across organizations. */
export class SharedTables {
  readonly directories: DirectoryTable = new DirectoryTable();
  readonly oidcTenants: OidcTenantTable = new OidcTenantTable();
  readonly signIns: SignInTable = new SignInTable();
  readonly journal: JournalTable = new JournalTable();
  readonly outbox: OutboxTable = new OutboxTable();
  readonly traffic: TrafficTable = new TrafficTable();
}
