import type pg from 'pg';
import { bareStatements } from './bare-statements.js';

/** To count and to skip it is enough to look at the index. */
const COUNTED = /Index Only Scan using sso_resources_order/g;

/**
 * Looks whether bare still is a good example, also after the tables of ours have got other indexes.
 * @throws {Error} when one of its reads does not go by an index.
 */
export async function requireIndexes(pool: pg.Pool, schema: string): Promise<void> {
  const { userById, userByName, listUsers } = bareStatements(schema);
  const reads = [
    [userById, ['']],
    [userByName, ['']],
    [listUsers, [10, 10]],
  ] as const;
  for (const [statement, values] of reads) {
    const { rows } = await pool.query<{ 'QUERY PLAN': string }>(`explain ${statement}`, [...values]);
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
    const isCounted = statement !== listUsers || plan.match(COUNTED)?.length === 2;
    if (plan.includes('Seq Scan') || !isCounted) throw new Error(`bare reads in a bad way; change its SQL:\n${plan}`);
  }
}
