import { expect } from '@jest/globals';
import fc from 'fast-check';
import { type ModelStep, ProvisioningModel } from './provisioning-model.js';
import { anyBeginning, anyPolicy, anyStep, BY_HAND } from './provisioning-steps.js';
import { RealProvisioning } from './real-provisioning.js';
import type { DatabaseName } from './sql-databases.js';

const steps = fc
  .tuple(
    fc.oneof(fc.constant([]), anyBeginning, anyBeginning),
    fc.array(anyStep, { minLength: 1, maxLength: 40, size: 'max' }),
  )
  .map(([beginning, rest]) => [...beginning, ...rest]);

/** Steps that both sides understand alike: a saved mapping names groups that exist, and only what somebody has allowed. */
class Translator {
  #mapping: Extract<ModelStep, { readonly do: 'map' }>['mapping'] | undefined;
  readonly #groups = new Set<string>();

  translate(step: ModelStep): readonly ModelStep[] {
    switch (step.do) {
      case 'create-group':
        this.#groups.add(step.group);
        return [step];
      case 'delete-group': {
        this.#groups.delete(step.group);
        if (this.#mapping?.mode !== 'manual') return [step];
        // A mapping forgets a group that is deleted: one of that name is another one.
        this.#mapping = { mode: 'manual', rows: this.#mapping.rows.filter(({ group }) => group !== step.group) };
        return [{ do: 'map', mapping: this.#mapping }, step];
      }
      case 'map': {
        const { mapping } = step;
        this.#mapping =
          mapping.mode === 'manual'
            ? {
                mode: 'manual',
                rows: mapping.rows
                  .map((row) => ({
                    ...row,
                    role: row.place === 'organization' ? withoutOwner(row.role) : calm(row.role),
                  }))
                  .filter(
                    ({ group, role, allowed }) => this.#groups.has(group) && (allowed || !/^(?:Ad|Ow)/.test(role)),
                  ),
              }
            : mapping;
        return [{ do: 'map', mapping: this.#mapping }];
      }
      case 'invite':
      case 'override':
        return [{ ...step, role: calm(step.role) }];
      default:
        return [step];
    }
  }
}

/** A team with an administrator is never joined by name; the model knows such teams from the beginning alone. */
function calm(role: string): string {
  return role === 'Administrator' ? 'Developer' : role;
}

/** The last owner is protected, which the model does not know: see the tests of All Quiet. */
function withoutOwner(role: string): string {
  return role === 'Owner' ? 'Administrator' : role;
}

/** Invitations are told by id, which only one side knows. */
function comparable<View extends { readonly invitations: readonly string[] }>(view: View) {
  return { ...view, invitations: view.invitations.length };
}

/** After each of random steps, what is stored is what the model says. */
export async function expectModelHolds(seed: number, numRuns: number, database?: DatabaseName): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyPolicy, steps, async (policy, all) => {
      const model = new ProvisioningModel(policy, BY_HAND);
      const real = await new RealProvisioning(policy, BY_HAND, database).open();
      const translator = new Translator();
      for (const step of all.flatMap((each) => translator.translate(each))) {
        model.step(step);
        await real.step(step);
        expect(comparable(await real.view())).toEqual(comparable(model.view()));
      }
    }),
    { seed, numRuns },
  );
}

/** Each of random steps, taken again, changes nothing. */
export async function expectRepeatsChangeNothing(
  seed: number,
  numRuns: number,
  database?: DatabaseName,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyPolicy, steps, async (policy, all) => {
      const real = await new RealProvisioning(policy, BY_HAND, database).open();
      const translator = new Translator();
      for (const step of all.flatMap((each) => translator.translate(each))) {
        await real.step(step);
        const seen = await real.view();
        await real.step(step);
        expect(await real.view()).toEqual(seen);
      }
    }),
    { seed, numRuns },
  );
}
