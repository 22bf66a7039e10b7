import type { Page, PageRequest, Query, Sort } from '../../storage/query.js';
import type { StoredResource } from '../../storage/resource-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import { sortKeyOf } from '../../storage/sort-key.js';
import { formatSortPosition, type SortPosition } from '../../storage/sort-position.js';
import type { Access, Row, Run } from './access.js';
import { filterCandidates, liveOf } from './filter-candidates.js';
import { type FilterSite, filterCondition } from './filter-condition.js';
import { recordColumns, recordExpressions } from './resource-rows.js';
import { behindBeginning, behindBorder, readSortPosition, sortExpression, sortOrder } from './sort-expression.js';
import { raw, render, type Sql, sql } from './sql-text.js';
import type { StoreSite } from './store-site.js';
import { readPosition } from './walk-position.js';

/** Answers a query about the live resources of one type. */
export type ResourceQuery = <T extends StoredResource>(
  access: Access,
  scope: DirectoryScope,
  exactType: string,
  query: Query,
  read: (row: Row) => T,
  /** Further columns of rows of `resources as r`, where `read` wants any. */
  further?: string,
) => Promise<Page<T>>;

/**
 * Prepares queries. Rows and total come from one statement, and so are about one moment.
 *
 * @param type `User`, `Group`, or anything else for types of the host
 */
export function createResourceQuery({ names, dialect }: StoreSite, type: string): ResourceQuery {
  const record = recordExpressions(type, 'r', names, dialect);
  const recordOf = recordColumns('r', record);
  const resources = raw(names.resources);

  return async (access, scope, exactType, query, read, further) => {
    const { filter, sort, page } = query;
    const columns = raw(further === undefined ? recordOf : `${recordOf}, ${further}`);
    const { skipped, after } = placeOf(page, sort);
    const site: FilterSite = {
      names,
      dialect,
      scope,
      version: raw(record.version),
      lastModified: raw(record.lastModified),
    };
    const inScope = sql`r.organization_id = ${scope.organizationId} and r.directory_id = ${scope.directoryId}`;
    const candidates = filter && filterCandidates(filter, exactType, site);
    const live = sql`${inScope} and ${liveOf(exactType, candidates)}`;
    const matching = [
      live,
      ...(candidates ? [candidates.condition] : []),
      ...(filter ? [filterCondition(filter, site)] : []),
    ].reduce((both, condition) => sql`${both} and ${condition}`);
    const window = sql`limit ${page.count + 1} offset ${skipped}`;

    function inOrderOfCreation(): Sql {
      const behind = typeof after === 'number' ? sql`and r.sequence > ${after}` : raw('');
      if (!filter) {
        // The index alone tells what is counted and skipped; rows are visited where they are given.
        return sql`select t.total, p.* from (select count(*) as total from ${resources} as r where ${live}) as t
          left join (select ${columns} from (select r.sequence from ${resources} as r where ${live} ${behind}
          order by r.sequence ${window}) as page join ${resources} as r on r.sequence = page.sequence
          where ${inScope}) as p on 1 = 1 order by p.sequence`;
      }
      return sql`with matches as materialized (select r.sequence from ${resources} as r where ${matching}),
        page as (select r.sequence from matches as r where 1 = 1 ${behind} order by r.sequence ${window})
        select t.total, p.* from (select count(*) as total from matches) as t left join (select ${columns}
        from page join ${resources} as r on r.sequence = page.sequence where ${inScope}) as p
        on 1 = 1 order by p.sequence`;
    }

    function sorted(by: Sort, behind: Sql): Sql {
      return sql`with matches as materialized
        (select r.sequence, ${sortExpression(by, site)} as sort_key from ${resources} as r where ${matching}),
        page as (select sequence, sort_key from matches where ${behind} order by ${sortOrder(by)} ${window})
        select t.total, p.* from (select count(*) as total from matches) as t left join (select ${columns},
        page.sort_key from page join ${resources} as r on r.sequence = page.sequence where ${inScope}) as p
        on 1 = 1 order by ${sortOrder(by)}`;
    }

    /** Of a position whose key was cut: the row where the page ended, if it is still the same. */
    async function rowAt(run: Run, { order, id, version }: SortPosition): Promise<Row | undefined> {
      const isIt = order === undefined ? sql`r.id = ${id ?? ''}` : sql`r.sequence = ${order}`;
      const lookUp = sql`select ${columns} from ${resources} as r where ${matching} and ${isIt}`;
      const [row] = await run(render(lookUp, dialect));
      return row && Number(row['version']) === version ? row : undefined;
    }

    async function behindPosition(run: Run, by: Sort, position: SortPosition): Promise<Sql> {
      const { key, isCut, order, id } = position;
      if (isCut && typeof key === 'string') {
        const row = await rowAt(run, position);
        if (!row) return behindBeginning(by, key, site);
        return behindBorder(by, sortKeyOf(by)(read(row)), sql`${Number(row['sequence'])}`);
      }
      const sequence =
        order === undefined
          ? sql`coalesce((select r.sequence from ${resources} as r where ${matching} and r.id = ${id ?? ''}), -1)`
          : sql`${order}`;
      return behindBorder(by, key, sequence);
    }

    const work = async (run: Run) => {
      if (!sort) return run(render(inOrderOfCreation(), dialect));
      const behind = typeof after === 'object' ? await behindPosition(run, sort, after) : raw('1 = 1');
      return run(render(sorted(sort, behind), dialect));
    };
    const isOne = typeof after !== 'object' || !after.isCut;
    const rows = await (isOne ? access.read(scope, work) : access.whole(scope, work));
    return pageOf(rows, page.count, sort, read);
  };
}

/** @throws {RangeError} when `after` is no position. */
function placeOf(page: PageRequest, sort: Sort | undefined) {
  if ('startIndex' in page) return { skipped: page.startIndex - 1 };
  if (sort) return { skipped: 0, ...(page.after !== '' && { after: readSortPosition(page.after) }) };
  return { skipped: 0, after: readPosition(page.after) };
}

function pageOf<T extends StoredResource>(
  rows: readonly Row[],
  count: number,
  sort: Sort | undefined,
  read: (row: Row) => T,
): Page<T> {
  const total = Number(rows[0]?.['total'] ?? 0);
  const found = rows.filter((row) => row['id'] !== null);
  const items = found.slice(0, count).map(read);
  const last = found[count - 1];
  const lastItem = items.at(-1);
  if (!last || !lastItem || found.length <= count) return { items, total };
  const sequence = String(last['sequence']);
  const next = sort ? formatSortPosition(sortKeyOf(sort)(lastItem), lastItem.version, sequence, 'lasting') : sequence;
  return { items, total, next };
}
