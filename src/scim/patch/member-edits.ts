import { isStorableText } from '../../core/storable-text.js';
import { compileElementFilter } from '../../storage/evaluate-filter.js';
import type { GroupMember, MemberChange } from '../../storage/group-store.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { badRequest, type ScimError } from '../error.js';
import type { FilterSyntax } from '../filter/syntax.js';
import { type AttributeEdit, type ElementSelector, namesNothing } from './patch-edits.js';

/** The members of the group as it is. Asked only for the rare edits that depend on them. */
export interface CurrentMembers {
  all(): Promise<readonly GroupMember[]>;
  /** Whether any of these is one. */
  hasAny(ids: readonly string[]): Promise<boolean>;
}

type MemberPolicy = Pick<ScimPolicy, 'removeAllMembers' | 'absentTargets'>;

/**
 * Reads the ids of members as identity providers write them: a list of objects with `value`, one such object, or bare
 * ids; `$ref`, `display` and `type` say nothing new.
 * @throws {ScimError} 400 invalidValue.
 */
export function memberIds(value: unknown): readonly string[] {
  if (namesNothing(value)) return [];
  const listed = Array.isArray(value) ? value : [value];
  const ids = new Set<string>();
  for (const each of listed) {
    const id: unknown = typeof each === 'object' && each !== null ? (each as { readonly value?: unknown }).value : each;
    if (typeof id !== 'string' || id === '' || !isStorableText(id)) {
      throw badRequest(
        'invalidValue',
        'Each of "members" must be an object with the id of a user or group as "value".',
      );
    }
    ids.add(id);
  }
  return [...ids];
}

/**
 * Reduces edits of `members`, in order, to one change of a set (RFC 7644 section 3.5.2): the cost is that of the edits,
 * not of the group.
 * @throws {ScimError} 400 invalidValue, invalidPath, mutability, or noTarget where the policy guards against emptying a
 * group or against paths that describe nobody in it.
 */
export async function memberChange(
  edits: readonly AttributeEdit[],
  policy: MemberPolicy,
  current: CurrentMembers,
): Promise<MemberChange | undefined> {
  let replaced: Set<string> | undefined;
  const add = new Set<string>();
  const remove = new Set<string>();

  function put(ids: readonly string[]): void {
    for (const id of ids) {
      (replaced ?? add).add(id);
      remove.delete(id);
    }
  }

  function take(ids: readonly string[]): void {
    for (const id of ids) {
      if (replaced) replaced.delete(id);
      else {
        add.delete(id);
        remove.add(id);
      }
    }
  }

  async function selectedIds(selector: ElementSelector, op: AttributeEdit['op'], index: number) {
    const ids = idsOf(selector.syntax);
    if (ids) return ids;
    if (index > 0) throw onlyFirst();
    if (op !== 'add') refuseRemoval(policy);
    return matchingIds(selector, current);
  }

  /** Whether one of these is a member after the edits so far. */
  async function isAnyThere(ids: readonly string[]): Promise<boolean> {
    const set = replaced ?? add;
    if (ids.some((id) => set.has(id))) return true;
    const untouched = replaced ? [] : ids.filter((id) => !remove.has(id));
    return untouched.length > 0 && current.hasAny(untouched);
  }

  async function editSelected({ op, value }: AttributeEdit, selector: ElementSelector, index: number): Promise<void> {
    const mustExist = op !== 'remove' && policy.absentTargets === 'refuse';
    const ids = op !== 'add' || mustExist ? await selectedIds(selector, op, index) : [];
    if (mustExist && !(await isAnyThere(ids))) {
      throw badRequest('noTarget', 'No member of this group is what the path describes.');
    }
    if (op !== 'add') take(ids);
    if (op !== 'remove') put(memberIds(value));
  }

  function replaceBy(ids: readonly string[]): void {
    replaced = new Set(ids);
    add.clear();
    remove.clear();
  }

  for (const [index, edit] of edits.entries()) {
    refuseSubAttribute(edit);
    if (edit.selector) await editSelected(edit, edit.selector, index);
    else if (edit.op === 'remove') {
      const listed = memberIds(edit.value);
      if (listed.length > 0) take(listed);
      else if (namesNothing(edit.value)) replaceBy(refuseRemoval(policy));
    } else if (edit.op === 'replace') {
      replaceBy(namesNothing(edit.value) ? refuseRemoval(policy) : memberIds(edit.value));
    } else put(memberIds(edit.value));
  }

  if (replaced) return { replace: [...replaced] };
  return add.size + remove.size > 0 ? { add: [...add], remove: [...remove] } : undefined;
}

/** @throws {ScimError} 400 invalidValue where a group would become a member of itself. */
export function refuseSelf(change: MemberChange, groupId: string): void {
  if (!('replace' in change ? change.replace : change.add).includes(groupId)) return;
  throw badRequest('invalidValue', 'A group cannot be a member of itself.');
}

function refuseRemoval(policy: MemberPolicy): readonly string[] {
  if (policy.removeAllMembers === 'allow') return [];
  throw badRequest('noTarget', 'Removing all members at once is switched off here. Name the members to remove.');
}

/** What is read of the group does not show what edits before have changed. */
function onlyFirst(): ScimError {
  return badRequest(
    'invalidPath',
    'Members can be selected by anything but "value" only before other changes of members.',
  );
}

function refuseSubAttribute({ target }: AttributeEdit): void {
  if (target.subAttribute && target.subAttribute.name !== 'value') {
    throw badRequest('mutability', 'Members are added and removed; nothing in one can be changed.');
  }
}

/** The ids of `value eq "a" or value eq "b"`; `undefined` for any other filter. */
function idsOf(syntax: FilterSyntax): readonly string[] | undefined {
  if (syntax.op === 'or') {
    const parts = syntax.terms.map(idsOf);
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  if (syntax.op !== 'eq' || syntax.target.attribute.toLowerCase() !== 'value') return undefined;
  if ('bare' in syntax.literal) return [syntax.literal.bare];
  return typeof syntax.literal.value === 'string' ? [syntax.literal.value] : undefined;
}

async function matchingIds({ filter }: ElementSelector, current: CurrentMembers): Promise<readonly string[]> {
  const matches = compileElementFilter(filter);
  const members = await current.all();
  return members.filter((member) => matches(asElement(member))).map(({ id }) => id);
}

function asElement({ id, type, displayName, userName }: GroupMember): JsonObject {
  const display = displayName ?? userName;
  return { value: id, type, ...(display === undefined ? {} : { display }) };
}
