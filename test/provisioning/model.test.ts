import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ModelStep, ProvisioningModel } from '../support/provisioning-model.js';
import {
  anyGroup,
  anyMapping,
  anyPerson,
  anyPolicy,
  anyStep,
  BY_HAND,
  GROUPS,
  PEOPLE,
} from '../support/provisioning-steps.js';
import { ToyProvisioning } from '../support/toy-provisioning.js';

describe('plans, applied one after the other (X-1, X-2, X-4, X-5, X-6)', () => {
  it('lead to what the rules say about everything that has happened', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyStep, { minLength: 1, maxLength: 40, size: 'max' }), (chosen, steps) => {
        const model = new ProvisioningModel(chosen, BY_HAND);
        const toy = new ToyProvisioning(chosen, BY_HAND);
        for (const each of steps) {
          model.step(each);
          toy.step(each);
          expect(toy.view()).toEqual(model.view());
        }
      }),
      { seed: 20_261_122, numRuns: 800 },
    );
  });

  it('change nothing when the same thing happens again (X-5)', () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(anyStep, { minLength: 1, maxLength: 25, size: 'max' }), (chosen, steps) => {
        const toy = new ToyProvisioning(chosen, BY_HAND);
        for (const each of steps) {
          toy.step(each);
          const seen = toy.view();
          const again = toy.step(each);
          expect(toy.view()).toEqual(seen);
          expect(again).toBe(0);
        }
      }),
      { seed: 20_261_123, numRuns: 250 },
    );
  });

  it('lead to the same whichever order people and members come in (X-6)', () => {
    const members = fc.uniqueArray(fc.tuple(anyGroup, anyPerson), { maxLength: 8, selector: (pair) => pair.join() });
    fc.assert(
      fc.property(anyPolicy, anyMapping, members, fc.func(fc.integer()), (chosen, mapped, pairs, order) => {
        const beginning: readonly ModelStep[] = [
          ...GROUPS.map((name, at) => ({ do: 'create-group', group: name, name: `Ops ${at}` }) as const),
          ...PEOPLE.map((name) => ({ do: 'push', directory: 'main', person: name, active: true }) as const),
        ];
        const moves = [
          ...pairs.map(([to, who]): ModelStep => ({ do: 'add-member', group: to, person: who })),
          { do: 'map', mapping: mapped } as const,
        ];
        const shuffled = moves
          .map((move, at) => ({ move, rank: order(at) }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ move }) => move);
        const [straight, other] = [moves, shuffled].map((steps) => {
          const toy = new ToyProvisioning(chosen, BY_HAND);
          for (const each of [...beginning, ...steps]) toy.step(each);
          return toy.view();
        });
        expect(other).toEqual(straight);
      }),
      { seed: 20_261_124, numRuns: 300 },
    );
  });
});
