import { CompiledQuery } from 'kysely';
import type { SqlDatabase } from './sql-databases.js';

/** A node of a plan of PostgreSQL, with what it did when it was carried out. */
export interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  /** Of each loop. */
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Actual Loops': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

/** Carries out a call, then each statement that it sent once more, and gives their plans. */
export async function plansOf(database: SqlDatabase, call: () => Promise<unknown>): Promise<readonly PlanNode[]> {
  const before = database.statements.length;
  await call();
  const plans: PlanNode[] = [];
  for (const { sql, parameters } of database.statements.slice(before)) {
    const explain = CompiledQuery.raw(`explain (analyze, buffers, timing off, format json) ${sql}`, [...parameters]);
    const { rows } = await database.kysely.executeQuery<{
      readonly 'QUERY PLAN': readonly { readonly Plan: PlanNode }[];
    }>(explain);
    for (const row of rows) plans.push(...row['QUERY PLAN'].map(({ Plan }) => Plan));
  }
  return plans;
}

/** The node and all below it. */
export function nodesOf(node: PlanNode): readonly PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Rows that a node gave, in all its loops. */
export function rowsOf(node: PlanNode): number {
  return node['Actual Rows'] * node['Actual Loops'];
}

/** Whether it looked at all rows of a table that has many: of a page or two that is what costs least. */
export function isWholeTable(node: PlanNode): boolean {
  const looked = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
  return node['Node Type'].endsWith('Seq Scan') && looked * node['Actual Loops'] > 1000;
}

export function describeNode(node: PlanNode): string {
  return `${node['Node Type']} ${node['Relation Name'] ?? ''}: ${rowsOf(node)} rows`;
}

/** Pages of the database that plans touched. */
export function buffersOf(plans: readonly PlanNode[]): number {
  return plans.reduce((sum, node) => sum + node['Shared Hit Blocks'] + node['Shared Read Blocks'], 0);
}
