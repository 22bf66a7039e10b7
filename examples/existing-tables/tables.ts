import type { Kysely } from 'kysely';

/** Tables that the application had before it knew of single sign-on. Their shape is its own. */
export interface Tables {
  readonly customers: { readonly id: string; readonly title: string; readonly founder: string | null };
  readonly members: {
    readonly id: string;
    readonly customer: string;
    readonly mail: string;
    /** The address as look-ups compare it, by `foldCase`. */
    readonly mail_key: string;
    readonly full_name: string | null;
  };
  readonly squads: {
    readonly id: string;
    readonly customer: string;
    readonly title: string;
    readonly title_key: string;
  };
}

/** Makes the tables of the application, as its own migrations would. */
export async function createTables(database: Kysely<Tables>): Promise<void> {
  const { schema } = database;
  await schema
    .createTable('customers')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('founder', 'text')
    .execute();
  await schema
    .createTable('members')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('customer', 'text', (column) => column.notNull().references('customers.id'))
    .addColumn('mail', 'text', (column) => column.notNull())
    .addColumn('mail_key', 'text', (column) => column.notNull())
    .addColumn('full_name', 'text')
    .addUniqueConstraint('members_mail', ['customer', 'mail_key'])
    .execute();
  await schema
    .createTable('squads')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('customer', 'text', (column) => column.notNull().references('customers.id'))
    .addColumn('title', 'text', (column) => column.notNull())
    .addColumn('title_key', 'text', (column) => column.notNull())
    .addUniqueConstraint('squads_title', ['customer', 'title_key'])
    .execute();
}
